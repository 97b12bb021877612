/**
 * SST's links grant wildcards (`dynamodb:*` and the like). Ours hand over names only; what a function may do
 * stands in its own `permissions`.
 */
sst.Linkable.wrap(sst.aws.Dynamo, ({ name }) => ({ properties: { name } }));
sst.Linkable.wrap(sst.aws.Queue, ({ url }) => ({ properties: { url } }));
sst.Linkable.wrap(sst.aws.Bus, ({ name }) => ({ properties: { name } }));
sst.Linkable.wrap(sst.aws.Function, ({ name }) => ({ properties: { name } }));
sst.Linkable.wrap(aws.sfn.StateMachine, ({ arn }) => ({ properties: { arn } }));
