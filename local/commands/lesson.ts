import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { CannotStart } from "emulator/kernel/refusals";
import { type Patch, patched } from "emulator/runtime/patch";
import { endOn, goOnUnread, optionsOf } from "../command-line.ts";
import { codeOf } from "../lessons/code-of.ts";
import { type Copy, copyFor, isCopy, undisturbed } from "../lessons/copy.ts";
import { noteDone, whatIsDone } from "../lessons/done.ts";
import { failedSeed, failedTest } from "../lessons/grade.ts";
import { type Beside, type Lesson, solutionOf } from "../lessons/lesson.ts";
import { allLessons, type Listed, lessonOf, said } from "../lessons/lessons.ts";
import { refuseChanged } from "../lessons/refuse-changed.ts";
import { runBeside } from "../lessons/run-beside.ts";
import { consoleAddress } from "../lessons/see.ts";
import { shownChanges } from "../lessons/shown.ts";
import { repositoryRoot } from "../repository.ts";

const help = `Lessons of a quarter of an hour, each in a copy of this repository in .petstore/lessons: nothing of your checkout changes.

npm run lesson                    lists them, with what you have done
npm run lesson 3                  prepares your copy and says what to read
npm run lesson 3 -- --break       puts a defect into the copy, and shows what it does to whom
npm run lesson 3 -- --try         tries the promise again: have you mended it?
npm run lesson 3 -- --exercise    puts the exercise into the copy, and says what to do
npm run lesson 3 -- --check       grades it: by tests, and mostly by a hundred seeds of the simulator
npm run lesson 3 -- --solution    shows ours
npm run lesson 3 -- --reset       makes the copy new
npm run lesson m1                 m1 to m4 are the migration track: from a monolith to this shop, in four steps
npm run lesson m1 -- --run        runs the monolith of your copy beside a shop, until Ctrl-C
  --help                          this text

Exit code: 0, 1 where a promise is broken or the exercise is not done, 2 for what it was told wrongly.
`;

const SEEDS = 100;
const ACTS = ["break", "try", "exercise", "check", "solution", "reset", "run"] as const;
type Act = (typeof ACTS)[number];

const say = (text = "") => void process.stdout.write(`${text}\n`);
const here = (path: string) => relative(process.cwd(), path) || ".";

const list = async () => {
  const done = whatIsDone();
  const mark = (at: string | undefined, what: string) => (at ? what : "").padEnd(7);
  for (const { number, lesson } of await allLessons()) {
    const { broken, solved } = done[number] ?? {};
    say(`${number}  ${mark(broken, "broken")} ${mark(solved, "solved")} ${lesson.title}`);
  }
  say("\nBegin one: npm run lesson 1");
};

/** A file as it is for who begins a lesson, with some patches. */
const textOf = (file: string, patches: readonly Patch[] = []) =>
  patched(
    readFileSync(join(repositoryRoot, file), "utf8"),
    patches.filter((patch) => patch.file === file),
  );

const tellLesson = async ({ number, folder, lesson }: Listed, { root }: Copy) => {
  const n = said(number);
  const page = `${root}/${folder}/README.md`;
  // What runs beside a shop is not in a shop that runs already.
  const address = lesson.beside ? undefined : await consoleAddress(lesson.see.screen);
  say(`Lesson ${n}: ${lesson.title}\n`);
  say(`  Read it     ${here(page)}`);
  say(
    `  Your copy   ${here(root)}: change in it what you like; npm start and npm test work there, too (after a saga or infra/: npm run synth first)`,
  );
  // Some lines look at files alone.
  const needsShop = /npm run (shop|redrive|aws)/.test(lesson.see.line);
  say(`  See it      ${address || !needsShop ? "" : "npm start, and then "}${lesson.see.line}`);
  if (address) say(`              ${address}`);
  say(`  Break it    npm run lesson ${n} -- --break`);
  say(`  Exercise    npm run lesson ${n} -- --exercise`);
  // In a terminal of VS Code the page opens beside it.
  if (process.stdout.isTTY && process.env.TERM_PROGRAM === "vscode")
    spawn("code", [page], { stdio: "ignore", shell: process.platform === "win32" }).on(
      "error",
      () => {},
    );
};

/** What somebody has written may not run at all: that is no stack of ours. */
const running = async <Value>(work: () => Promise<Value>): Promise<Value> => {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CannotStart
      ? error
      : new CannotStart(`What is in your copy does not run: ${(error as Error).message}`);
  }
};

/** Tries the lesson's promise on the copy as it is. */
const tryPromise = async ({ number, lesson }: Listed, copy: Copy): Promise<boolean> => {
  const says = await undisturbed(copy, () =>
    running(async () => (await codeOf({ root: copy.root })).says(lesson.promise)),
  );
  say(says === undefined ? "The promise holds." : `Broken: ${says}`);
  if (says !== undefined) process.exitCode = 1;
  if (says === lesson.says) noteDone(number, "broken");
  return says === undefined;
};

/** Whoever mends a defect need not do so in our words: only what breaks the promise is one. */
const refuseBroken = async ({ sabotage, promise }: Lesson, copy: Copy, n: string) => {
  if (!copy.has(sabotage)) return;
  const says = await running(async () => (await codeOf({ root: copy.root })).says(promise));
  if (says === undefined) return;
  throw new CannotStart(
    `The defect of --break is still in your copy: mend it, or \`npm run lesson ${n} -- --reset\`.`,
  );
};

const acts: Record<Act, (listed: Listed, copy: Copy) => Promise<unknown>> = {
  async break(listed, copy) {
    const { lesson, number } = listed;
    if (copy.putIn() === "exercise")
      throw new CannotStart(
        `The exercise is in your copy: \`npm run lesson ${said(number)} -- --reset\` makes it new.`,
      );
    if (!copy.has(lesson.sabotage)) {
      refuseChanged(copy, lesson, number);
      copy.write(lesson.sabotage);
      copy.note("defect");
    }
    const named = (file: string, line: number) => `${here(join(copy.root, file))}:${line}`;
    say(`This is in your copy now:\n\n${shownChanges(lesson.sabotage, { textOf, named })}\n`);
    if (await tryPromise(listed, copy))
      return say(`\nYou have mended it: --reset makes the copy new, and --break breaks it again.`);
    say(`\nMend it by hand, and look: npm run lesson ${said(number)} -- --try`);
  },
  try: tryPromise,
  async exercise({ lesson, number }, copy) {
    const { task, prepare } = lesson.exercise;
    if (copy.putIn() === "exercise")
      say(
        `The exercise is in your copy already, and stays as you have changed it: \`npm run lesson ${said(number)} -- --reset\` makes the copy new.\n`,
      );
    else {
      await refuseBroken(lesson, copy, said(number));
      refuseChanged(copy, lesson, number);
      copy.write(prepare);
      copy.note("exercise");
    }
    say(`${task}\n\nYour copy: ${here(copy.root)}`);
    const takes = lesson.exercise.seeds === false ? "" : " (a minute or more)";
    say(`Then: npm run lesson ${said(number)} -- --check${takes}`);
  },
  async check({ lesson, number }, copy) {
    const { exercise } = lesson;
    const n = said(number);
    if (copy.putIn() !== "exercise")
      throw new CannotStart(`There is nothing to grade yet: npm run lesson ${n} -- --exercise`);
    const failed = await undisturbed(copy, async () => {
      const code = await running(() => codeOf({ root: copy.root }));
      return (
        (await failedTest(code, exercise, (name) => say(`  passed  ${name}`))) ??
        (await failedSeed(code, exercise, SEEDS, process.stderr))
      );
    });
    if (!failed) {
      noteDone(number, "solved");
      if (exercise.seeds !== false) say(`  passed  ${SEEDS} seeds of the simulator`);
      return say(`\nDone. What we would have written: npm run lesson ${n} -- --solution`);
    }
    say(`  failed  ${failed.what}\n\nHint: ${failed.hint}`);
    process.exitCode = 1;
  },
  async solution({ lesson: { exercise } }) {
    say(
      shownChanges(solutionOf(exercise), {
        textOf: (file) => textOf(file, exercise.prepare),
        named: (file, line) => `${file}:${line}`,
      }),
    );
  },
  async run({ lesson, number }, { root }) {
    if (!lesson.beside)
      throw new CannotStart(
        `Lesson ${said(number)} has nothing beside the shop: npm start in ${here(root)} runs it.`,
      );
    const { open, told } = lesson.beside;
    const opens: Beside["open"] = (...around) => running(() => open(...around));
    const code = await running(() => codeOf({ root }));
    await runBeside(code, { open: opens, told }, lesson.see.screen);
  },
  async reset(listed) {
    await tellLesson(listed, copyFor(listed.number, { fresh: true }));
  },
};

const command = async () => {
  const { values, positionals } = optionsOf({
    args: process.argv.slice(2),
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h" },
      ...(Object.fromEntries(ACTS.map((act) => [act, { type: "boolean" }])) as Record<
        Act,
        { type: "boolean" }
      >),
    },
  });
  goOnUnread();
  if (values.help) return void process.stdout.write(help);
  if (isCopy())
    throw new CannotStart("This is the copy of a lesson: run `npm run lesson` in your checkout.");
  const [number, ...more] = positionals;
  const asked = ACTS.filter((act) => values[act]);
  if (more.length > 0 || asked.length > 1)
    throw new CannotStart("One lesson and one thing at a time. Try --help.");
  if (number === undefined) {
    if (asked.length > 0) throw new CannotStart(`Which lesson? npm run lesson 3 -- --${asked[0]}`);
    return list();
  }
  const listed = await lessonOf(number);
  const copy = copyFor(listed.number);
  const [act] = asked;
  await (act ? acts[act](listed, copy) : tellLesson(listed, copy));
};

command().catch(endOn);
