import { createRequire } from "node:module";

type Validate = (this: unknown, model: unknown, schema: object, ...rest: unknown[]) => unknown;

/**
 * ElectroDB checks an entity's model against its schemas each time an entity is made: a third of what it takes to
 * start an instance. Models are code, so one that was checked is not checked again in this process.
 */
export const rememberCheckedModels = (electroDb: string): void => {
  const { Validator } = createRequire(electroDb)("jsonschema") as {
    Validator: { prototype: { validate: Validate } };
  };
  const { validate } = Validator.prototype;
  const checked = new WeakMap<object, Map<string, unknown>>();
  Validator.prototype.validate = function (model, schema, ...rest) {
    const known = checked.get(schema) ?? new Map<string, unknown>();
    checked.set(schema, known);
    const text = JSON.stringify(model, (_, value) =>
      typeof value === "function" || value instanceof RegExp ? String(value) : value,
    );
    const result = known.get(text) ?? validate.call(this, model, schema, ...rest);
    known.set(text, result);
    return result;
  };
};
