/** The stages that are kept and protected. Every other is somebody's, and leaves nothing behind. */
const productions = ["production", "prod"];

/** An archive of events, `petstore-<stage>-Archive`, may have a name of 48 characters. */
const longest = 31;

/** Whether a stage is one that customers rely on. */
export const isProduction = (stage: string): boolean => productions.includes(stage);

/** Throws, in one sentence, for a stage whose resources AWS would not let us name. */
export const checkStage = (stage: string): void => {
  if (stage.length <= longest) return;
  throw new Error(
    `The stage "${stage}" has ${stage.length} characters; a stage has at most ${longest}, for its name is a part of every resource's.`,
  );
};
