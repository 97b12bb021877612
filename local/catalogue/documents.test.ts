import { readFileSync } from "node:fs";
import { join } from "node:path";
import specs from "@asyncapi/specs";
import {
  apiEntityV1alpha1Validator,
  componentEntityV1alpha1Validator,
  domainEntityV1alpha1Validator,
  type Entity,
  EntityPolicies,
  FieldFormatEntityPolicy,
  groupEntityV1alpha1Validator,
  NoForeignRootFieldsEntityPolicy,
  parseEntityRef,
  resourceEntityV1alpha1Validator,
  SchemaValidEntityPolicy,
  stringifyEntityRef,
  systemEntityV1alpha1Validator,
} from "@backstage/catalog-model";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { repositoryRoot } from "../repository.ts";
import { FOLDER } from "./files.ts";

const read = (file: string) => readFileSync(join(repositoryRoot, file), "utf8");

describe("asyncapi.json", () => {
  const document = JSON.parse(read(`${FOLDER}/asyncapi.json`));
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  const isAsyncApi = ajv.compile(specs.schemasWithoutId["3.0.0"]);

  it("is a document of AsyncAPI 3.0, by the published schema", () => {
    isAsyncApi(document);
    expect(isAsyncApi.errors ?? []).toEqual([]);
  });

  it("would be none with an action that is neither send nor receive", () => {
    const other = structuredClone(document);
    for (const operation of Object.values<{ action: string }>(other.operations))
      operation.action = "publish";
    expect(isAsyncApi(other)).toBe(false);
  });

  const at = (ref: string) =>
    ref
      .slice(2)
      .split("/")
      // biome-ignore lint/suspicious/noExplicitAny: a document
      .reduce<any>((value, key) => value?.[key], document);

  it("refers to nothing that it does not have", () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, ref = ""]) => ref,
    );
    expect(refs.length).toBeGreaterThan(100);
    expect(refs.filter((ref) => at(ref) === undefined)).toEqual([]);
  });

  it.each(Object.keys(document.components.messages))("has an example of %s that is one", (name) => {
    const { payload, examples } = document.components.messages[name];
    const schema = { allOf: [document.components.schemas.Envelope, payload.allOf[1]] };
    const isOne = new Ajv({ strict: false, allErrors: true, validateFormats: false }).compile(
      schema,
    );
    for (const { payload: example } of examples) {
      isOne(example);
      expect(isOne.errors ?? []).toEqual([]);
      expect(isOne({ ...example, data: {} })).toBe(false);
    }
  });
});

describe("openapi.json", () => {
  const document = JSON.parse(read("services/read-side/src/openapi.json"));

  it("is a document of OpenAPI 3.1, by the published schema", async () => {
    const validator = new Validator();
    expect(await validator.validate(document)).toEqual({ valid: true });
    expect(validator.version).toBe("3.1");
    const { paths: _, components: __, ...other } = document;
    expect((await new Validator().validate(other)).valid).toBe(false);
  });
});

describe("catalog-info.yaml", () => {
  const kinds: Record<string, { check: (entity: Entity) => Promise<boolean> }> = {
    API: apiEntityV1alpha1Validator,
    Component: componentEntityV1alpha1Validator,
    Domain: domainEntityV1alpha1Validator,
    Group: groupEntityV1alpha1Validator,
    Resource: resourceEntityV1alpha1Validator,
    System: systemEntityV1alpha1Validator,
  };
  const policies = EntityPolicies.allOf([
    new SchemaValidEntityPolicy(),
    new NoForeignRootFieldsEntityPolicy(),
    new FieldFormatEntityPolicy(),
  ]);
  const documents = parseAllDocuments(read("catalog-info.yaml"));
  /** Backstage puts a file in the place of `$text` before it looks at an entity. */
  const entities = documents.map((one): Entity => {
    const entity = one.toJS();
    const file = entity.spec.definition?.$text;
    if (file) entity.spec.definition = read(file);
    return entity;
  });
  const nameOf = ({ kind, metadata: { name } }: Entity) =>
    stringifyEntityRef({ kind, namespace: "default", name });

  it.each(entities.map((entity) => [nameOf(entity), entity] as const))(
    "has %s as Backstage takes it",
    async (_, entity) => {
      expect(await policies.enforce(entity)).toBeDefined();
      expect(await kinds[entity.kind]?.check(entity)).toBe(true);
      const without = { ...entity, spec: { ...entity.spec, owner: undefined, type: undefined } };
      await expect(kinds[entity.kind]?.check(without)).rejects.toThrow(/owner|type/);
    },
  );

  it("names each entity once, and refers to none that it does not have", () => {
    const names = entities.map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    const kindOf: Record<string, string> = {
      ...{ owner: "group", system: "system", domain: "domain" },
      ...{ providesApis: "api", consumesApis: "api", dependsOn: "component" },
    };
    const refs = entities.flatMap(({ spec = {} }) =>
      Object.entries(spec).flatMap(([field, value]) => {
        const defaultKind = kindOf[field];
        if (!defaultKind) return [];
        return [value]
          .flat()
          .map((ref) => stringifyEntityRef(parseEntityRef(String(ref), { defaultKind })));
      }),
    );
    expect(refs.length).toBeGreaterThan(50);
    expect(refs.filter((ref) => !names.includes(ref))).toEqual([]);
  });

  it("has a component of every service, with what it provides, consumes and depends on", () => {
    const orders = entities.find(
      ({ kind, metadata }) => kind === "Component" && metadata.name === "orders",
    );
    expect(orders?.spec).toMatchObject({
      owner: "group:orders",
      providesApis: ["petstore-http", "orders-events"],
      consumesApis: ["inventory-events"],
      dependsOn: expect.arrayContaining([
        "component:inventory",
        "component:payments",
        "resource:bus",
        "resource:orders-table",
      ]),
    });
  });
});
