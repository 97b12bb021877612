/** The stages that are kept and protected. Every other is somebody's, and leaves nothing behind. */
const productions = ["production", "prod"];

/** An archive of events, `petstore-<stage>-Archive`, may have a name of 48 characters. */
const longest = 31;

/** Whether a stage is one that customers rely on. */
export const isProduction = (stage: string): boolean => productions.includes(stage);

/** Why AWS would not let us name a stage's resources, in one sentence; undefined for a stage that may be. */
export const stageRefusal = (stage: string): string | undefined => {
  if (stage.length > longest)
    return `The stage "${stage}" has ${stage.length} characters; a stage has at most ${longest}, for its name is a part of every resource's.`;
  if (!/^[A-Za-z0-9-]+$/.test(stage))
    return `"${stage}" is no name for a stage: it takes letters from A to Z, digits and hyphens, for it is a part of every resource's.`;
  return undefined;
};

/** Throws, in one sentence, for a stage whose resources AWS would not let us name. */
export const checkStage = (stage: string): void => {
  const refusal = stageRefusal(stage);
  if (refusal) throw new Error(refusal);
};
