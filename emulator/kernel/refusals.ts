/** What keeps the emulator from starting: said in one sentence, without a stack. */
export class CannotStart extends Error {
  override name = "CannotStart";
}
