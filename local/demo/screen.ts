import type { Scene } from "./play.ts";
import { cell, isLive, liveLines, type Output, type Paint, painter, seconds } from "./terminal.ts";

/** Shows the demo while it runs. */
export type Screen = {
  /** What happens before the first order. */
  say: (text: string) => void;
  show: (scenes: Scene[]) => void;
  end: () => void;
};

const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const COLOURS: Record<string, Paint> = {
  CONFIRMED: "green",
  REJECTED: "yellow",
  CANCELLED: "yellow",
  NEEDS_ATTENTION: "red",
  refused: "magenta",
};

/** How many seconds a story usually takes to its last event. */
const usually = ({ story }: Scene): number =>
  (/late/.test(story.card) ? 22 : /timeout|refund/.test(story.card) ? 7 : 4) +
  (story.after ? 5 : 0);

const leftOf = (scenes: Scene[], pace: number, now: number): number => {
  const unsent = scenes.filter(({ sentAt }) => sentAt === undefined);
  const ends = scenes.map(
    (scene) => (scene.sentAt ?? now + (unsent.indexOf(scene) + 1) * pace) + usually(scene) * 1000,
  );
  return Math.ceil((Math.max(...ends) - now) / 1000);
};

/** What was asked, in the fewest words. */
const asks = ({ story: { lines, card, cancels, staff } }: Scene): string => {
  const wanted = lines.map(({ productId, quantity }) => `${quantity} ${productId.slice(4)}`);
  return [
    lines.length > 2 ? `${lines.length} products` : wanted.join(", "),
    ...(card === "tok_approve" ? [] : [card]),
    ...(cancels ? ["cancels"] : []),
    ...(staff ? [`staff ${staff}`] : []),
  ].join(" · ");
};

const statusOf = ({ order, refusal }: Scene) =>
  refusal ? "refused" : (order?.status ?? "").replace("_", " ");

const lastOf = ({ order, refusal, sentAt }: Scene) =>
  refusal?.type?.split("/").at(-1) ??
  order?.timeline.at(-1)?.what ??
  (order ? "accepted" : sentAt ? "sent" : "");

const timeOf = ({ sentAt, over, ms }: Scene, now: number) =>
  sentAt === undefined ? "" : seconds(over ? ms : now - sentAt);

const progress = (scenes: Scene[], began: number, now: number, pace: number) => {
  const over = scenes.filter((scene) => scene.over).length;
  const left = leftOf(scenes, pace, now);
  const rest =
    over === scenes.length
      ? "waiting until nothing moves any more"
      : `${scenes.length - over} under way`;
  return {
    share: over / scenes.length,
    text: `${over} of ${scenes.length} stories over, ${rest} · ${seconds(now - began)} · ${
      left > 0 ? `about ${left} s left` : "any moment now"
    }`,
  };
};

const liveScreen = (output: Output, pace: number): Screen => {
  const paint = painter(output);
  const lines = liveLines(output);
  let [said, began, frame, scenes]: [string, number, number, Scene[]] = ["", Date.now(), 0, []];

  const row = (scene: Scene, now: number, width: number) => {
    const { story, number, over, sentAt } = scene;
    const status = statusOf(scene);
    const spin = FRAMES[(frame + number) % FRAMES.length] ?? "";
    const mark = over ? "✔" : sentAt ? spin : "·";
    const before = `${mark} ${String(number).padStart(3)} ${cell(story.as, 6)}`;
    const after = ` ${cell(lastOf(scene), 22)}${timeOf(scene, now).padStart(7)}`;
    const room = Math.min(44, width - before.length - after.length - 13);
    if (room < 8) return cell(`${before} ${status} ${lastOf(scene)}`, width - 1);
    const plain = COLOURS[scene.refusal ? "refused" : (scene.order?.status ?? "")] ?? "dim";
    return `${before} ${cell(asks(scene), room)} ${paint(plain, cell(status, 10))}${paint("dim", after)}`;
  };

  const repaint = () => {
    const [now, width, height] = [Date.now(), lines.width(), lines.height()];
    frame += 1;
    if (scenes.length === 0) {
      const spin = FRAMES[frame % FRAMES.length] ?? "";
      return lines.show([cell(`${spin} ${said} ${seconds(now - began)}`, width - 1)]);
    }
    const { share, text } = progress(scenes, began, now, pace);
    const bar = Math.round(share * 20);
    const head = cell(`${"█".repeat(bar)}${"░".repeat(20 - bar)} ${text}`, width - 1);
    // What does not fit is over, or has not begun.
    const room = height - 4;
    const moving = scenes.filter(({ over, sentAt }) => sentAt !== undefined && !over);
    const still = scenes.filter((scene) => !moving.includes(scene)).toReversed();
    const shown = new Set(scenes.length <= room ? scenes : [...moving, ...still].slice(0, room));
    const hidden = scenes.length - shown.size;
    lines.show([
      ...scenes.filter((scene) => shown.has(scene)).map((scene) => row(scene, now, width)),
      ...(hidden > 0 ? [paint("dim", cell(`  and ${hidden} more`, width - 1))] : [""]),
      head,
    ]);
  };
  const timer = setInterval(repaint, 100);
  return {
    say(text) {
      said = text;
    },
    show(all) {
      if (scenes.length === 0) began = Date.now();
      scenes = all;
    },
    end() {
      clearInterval(timer);
      lines.end();
    },
  };
};

const calmScreen = (output: Output, pace: number): Screen => {
  const told = new Set<number>();
  let scenes: Scene[] = [];
  let began = Date.now();
  const write = (text: string) => output.write(`${text}\n`);
  const timer = setInterval(() => {
    if (scenes.length > 0) write(`  ... ${progress(scenes, began, Date.now(), pace).text}`);
  }, 5_000);
  return {
    say: write,
    show(all) {
      if (scenes.length === 0) began = Date.now();
      scenes = all;
      for (const scene of scenes) {
        if (!scene.over || told.has(scene.number)) continue;
        told.add(scene.number);
        const head = `${String(scene.number).padStart(3)} ${cell(scene.story.as, 6)}`;
        write(
          `${head} ${cell(asks(scene), 44)} ${cell(statusOf(scene), 10)} ${cell(lastOf(scene), 24)} ${seconds(scene.ms).padStart(7)}`,
        );
      }
    },
    end: () => clearInterval(timer),
  };
};

/** A screen that moves on a terminal, and goes on line by line elsewhere. `pace` is that of the play. */
export const createScreen = (output: Output, pace: number): Screen =>
  (isLive(output) ? liveScreen : calmScreen)(output, pace);
