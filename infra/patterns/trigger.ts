/** Lets a user pool of this account invoke a function, and no other. */
export const trigger = (name: string, fn: sst.aws.Function, userPool: $util.Input<string>) =>
  new aws.lambda.Permission(name, {
    action: "lambda:InvokeFunction",
    function: fn.arn,
    principal: "cognito-idp.amazonaws.com",
    sourceArn: userPool,
    sourceAccount: aws.getCallerIdentityOutput().accountId,
  });
