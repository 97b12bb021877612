// Not at the top of the bundle: `sst install` reads the program before there is such a package.
const { RandomPassword } = await import("@pulumi/random");

/**
 * A secret that nobody has to make up: random from the first deployment of a stage on, or what `sst secret set` says. None
 * stands in this repository; in the graph, which is the local cloud's, is what infra/synth answers in place of chance.
 */
export const secret = (name: string) =>
  new sst.Secret(name, new RandomPassword(`${name}Value`, { length: 48, special: false }).result);
