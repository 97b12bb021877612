declare module "dynalite/validations/index.js" {
  export const checkTypes: (input: unknown, types: unknown) => Record<string, unknown>;
  export const checkValidations: (input: unknown, types: unknown) => void;
  export const validateExpressions: (input: Record<string, unknown>) => string | undefined;
  export const validateExpressionParams: (
    input: Record<string, unknown>,
    expressions: string[],
    others: string[],
  ) => string | undefined;
  export const convertKeyCondition: (
    expression: unknown,
  ) =>
    | string
    | Record<string, { ComparisonOperator: string; AttributeValueList: Record<string, unknown>[] }>;
}
declare module "dynalite/validations/*.js" {
  export const types: Record<string, unknown>;
  export const custom: (input: Record<string, unknown>, store?: unknown) => string | undefined;
}
declare module "dynalite/db/*.js" {
  export const parse: (text: string, options: { context: object }) => unknown;
}
