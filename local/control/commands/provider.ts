import { AwsError } from "emulator/kernel/engine";
import { eventOf, functionNamed, invokes, withEvent } from "../calls.ts";
import type { Command, Control } from "../command.ts";
import { switchesNamed } from "../switches.ts";
import { plural, refuse } from "../told.ts";
import { lasting, needCount, shownSpan } from "../words.ts";

const TWO_MINUTES = 120_000;
/** For so long a request hangs: longer than anybody waits for it. */
const HANGS_MS = 20_000;
const SILENT = "The payment provider says nothing.";

const silenceTests =
  "A time-out is neither yes nor no: the provider is asked again under the same key until it answers, and nobody pays twice.";
const declineTests =
  "A declined card costs nothing: the stock is released, and the order rejected.";

const ofProvider = (words: string[]) => {
  if (words.join(" ") !== "provider")
    refuse(`It is the provider that can be silenced, not "${words.join(" ")}".`);
};

/** `silence provider`: its requests hang, and it sends no webhooks. */
export const silence: Command = {
  name: "silence",
  title: "Silence the payment provider",
  usage: "silence provider [for 2m]",
  tells: "the payment provider answers nobody, and sends no webhooks",
  hypothesis: silenceTests,
  example: "silence provider",
  async run(control: Control, words) {
    const { shop, faults, switches } = control;
    const { rest, ms } = lasting(words, TWO_MINUTES);
    ofProvider(rest);
    const before = faults.list().filter(({ what }) => what === SILENT);
    const { clock } = shop.cloud;
    const webhooks = switchesNamed(switches, ["webhooks"]);
    const { fault } = faults.arm({
      what: SILENT,
      hypothesis: silenceTests,
      ms,
      holds: webhooks.map(({ name }) => name),
      matches: invokes(functionNamed(shop, "ProviderApi").physical),
      async gate() {
        const wait = Math.min(HANGS_MS, Math.max(0, fault.endsAt - clock.now()));
        await new Promise<void>((resolve) => clock.after(wait, "the provider hangs", resolve));
        throw new AwsError("ServiceUnavailableException", "The provider does not answer", 503);
      },
    });
    for (const { id } of before) faults.disarm(id);
    await control.switched();
    return {
      said: `The provider is silent, for ${shownSpan(ms)} at most.`,
      next: "Orders wait at AuthorizePayment: each question is given up after 3 s, and after five of them the circuit breaker asks no more for 10 s. When the provider is back, they go on.",
    };
  },
};

/** `restore`: what is broken works again. */
export const restore: Command = {
  name: "restore",
  usage: "restore provider | all | FAULT",
  tells:
    "the payment provider answers again; all: every fault and pause ends; or one fault by its id",
  example: "restore all",
  async run({ faults, switches, switched }, words) {
    const [word = "", more] = words;
    if (more || !(word === "provider" || word === "all" || /^fault-\d+$/.test(word)))
      refuse(
        `It is provider, all, or a fault such as fault-1 that is restored, not "${words.join(" ")}".`,
      );
    const ended = faults.disarm(
      word === "provider" ? ({ what }) => what === SILENT : word === "all" ? () => true : word,
    );
    await switched();
    if (word === "all") for (const one of switches) if (!(await one.isOn())) await one.set(true);
    if (/^fault/.test(word) && ended.length === 0) refuse(`There is no fault ${word} any more.`);
    if (word === "provider")
      return {
        said: ended.length > 0 ? "The provider answers again." : "The provider was not silent.",
        next: "What waited asks again under its old key, within half a minute, and goes on.",
      };
    return {
      said: `${plural(ended.length, "fault")} ended${word === "all" ? ", and everything is switched on" : ""}.`,
      next: "What waited is done now; what was given up meanwhile is among the dead letters.",
      list: ended.map(({ id, what, hits }) => `${id}  ${what} Hit ${hits}.`),
    };
  },
};

/** `decline`: the bank refuses the next cards, whatever they are. */
export const decline: Command = {
  name: "decline",
  title: "Decline a card",
  usage: "decline [N] [for 10m]",
  tells: "the bank declines the next N cards, whatever they are (1)",
  hypothesis: declineTests,
  example: "decline 1",
  run({ shop, faults }, words) {
    const { rest, ms } = lasting(words, 5 * TWO_MINUTES);
    const [number = "1", more] = rest;
    if (more) refuse("How many cards? For instance: decline 2.");
    const times = needCount(number, 1_000, "How many cards");
    const provider = invokes(functionNamed(shop, "ProviderApi").physical);
    faults.arm({
      what: `The bank declines, ${plural(times, "card")} at most.`,
      hypothesis: declineTests,
      times,
      ms,
      matches(call) {
        if (!provider(call)) return false;
        const { rawPath, requestContext } = eventOf(call);
        return rawPath === "/v1/payments" && requestContext?.http?.method === "POST";
      },
      gate(call, next) {
        const event = eventOf(call);
        const text = Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8").toString();
        const body = JSON.stringify({ ...JSON.parse(text), token: "tok_decline" });
        return next(withEvent(call, { ...event, body, isBase64Encoded: false }));
      },
    });
    return {
      said: `The bank declines the next ${times === 1 ? "card" : `${times} cards`}.`,
      next: "The next order is compensated: AuthorizePayment says no, ReleaseStock puts the animal back, the order is REJECTED, and its customer reads why.",
    };
  },
};
