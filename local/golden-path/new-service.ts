import { join } from "node:path";
import { linkModules } from "../checkout-copy.ts";
import { repositoryRoot } from "../repository.ts";
import type { Making } from "./in-copy.ts";
import { makeService } from "./make.ts";
import type { NewService } from "./names.ts";

/** Writes a service into a checkout, with the packages that it imports. */
export const writesService =
  (service: NewService): Making =>
  (root) => {
    const own = makeService(root, service);
    const modules = join(repositoryRoot, "services/inventory/node_modules");
    linkModules(root, modules, join(root, "services", service.name, "node_modules"));
    return [...own, "packages/events/src/catalogue.ts", "infra/who-hears-what.json"];
  };
