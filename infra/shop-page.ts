import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { api } from "./api.ts";
import { client, signInDomain } from "./identity.ts";
import { shopSite } from "./shop-site.ts";

const types: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

const root = $cli.paths.root;

const build = () => {
  const folder = mkdtempSync(join(tmpdir(), "shop-page-"));
  const vite = join(root, "node_modules/vite/bin/vite.js");
  const options = ["--mode", "shop", "--base", "/", "--outDir", folder, "--logLevel", "error"];
  const config = ["--config", join(root, "web/vite.config.ts"), "--configLoader", "native"];
  execFileSync(process.execPath, [vite, "build", ...config, ...options], { cwd: root });
  return folder;
};

/** Builds the shop's page and puts it, and what it must know of the stage, where CloudFront reads. */
const putPage = (site: NonNullable<typeof shopSite>) => {
  const folder = build();
  for (const path of globSync("**/*.*", { cwd: folder }).map((file) => file.replaceAll("\\", "/")))
    new aws.s3.BucketObjectv2(`Shop-${path.replaceAll(/\W+/g, "-")}`, {
      bucket: site.bucket,
      key: path,
      source: new $util.asset.FileAsset(join(folder, path)),
      contentType: types[path.split(".").at(-1) ?? ""] ?? "application/octet-stream",
      cacheControl: path.startsWith("assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    });
  new aws.s3.BucketObjectv2("ShopConfig", {
    bucket: site.bucket,
    key: "config.json",
    content: $jsonStringify({
      api: api.url,
      signIn: { domain: signInDomain, client: client.id },
    }),
    contentType: "application/json",
    cacheControl: "no-cache",
  });
};

if (shopSite) putPage(shopSite);
