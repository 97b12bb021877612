import { AwsError } from "../../kernel/engine.ts";

/**
 * When a schedule is due: the first moment after `after`, in milliseconds since 1970, if there is one. `count` is told
 * of every day and minute that is looked at.
 */
export type Occurrences = { next: (after: number, count?: () => void) => number | undefined };

/** The last moment that a Date can be. */
const endOfTime = 8.64e15;

const minute = 60_000;
const day = 1440 * minute;
const units: Record<string, number> = { minute, hour: 60 * minute, day };
const months = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const weekdays = "SUN MON TUE WED THU FRI SAT".split(" ");

/** How far a zone's wall clock is ahead of UTC at a moment, in milliseconds. */
const offsets = (zone: string): ((at: number) => number) => {
  if (zone === "UTC") return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    throw new AwsError("ValidationException", `Invalid Schedule Expression Timezone ${zone}.`);
  }
  return (at) => {
    const part = Object.fromEntries(
      format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
    ) as Record<"year" | "month" | "day" | "hour" | "minute" | "second", number>;
    const wall = Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second);
    return wall - Math.floor(at / 1000) * 1000;
  };
};

/** The moment at which a zone's clocks show `wall`; none when they skip it in spring. */
const momentOf = (wall: number, offset: (at: number) => number): number | undefined => {
  const early = wall - offset(wall - day);
  if (early + offset(early) === wall) return early;
  const late = wall - offset(wall + day);
  return late + offset(late) === wall ? late : undefined;
};

type Days = (date: Date) => boolean;

/** The numbers that a cron field names: lists, ranges, steps, names. */
const numbers = (field: string, least: number, greatest: number, names: string[] = []) => {
  const one = (text: string): number => {
    const named = names.indexOf(text.toUpperCase());
    const number = named >= 0 ? named + least : /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(number >= least && number <= greatest)) throw new RangeError(text);
    return number;
  };
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const [span = "", step, ...more] = part.split("/");
    if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/.test(step)))
      throw new RangeError(part);
    const [from = "", to, ...rest] = span.split("-");
    if (rest.length > 0) throw new RangeError(part);
    const first = span === "*" ? least : one(from);
    const last = span === "*" || (step && to === undefined) ? greatest : one(to ?? from);
    // FRI-MON goes over the end of the week.
    const length = last >= first ? last - first : last - first + (greatest - least + 1);
    for (let i = 0; i <= length; i += Number(step ?? 1))
      found.add(least + ((first - least + i) % (greatest - least + 1)));
  }
  return found;
};

const daysIn = (date: Date) =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

/** L, L-3, 15W, LW or plain days of the month. */
const daysOfMonth = (field: string): Days => {
  const last = /^L(?:-(\d+))?$/.exec(field);
  if (last) return (date) => date.getUTCDate() === daysIn(date) - Number(last[1] ?? 0);
  const nearest = /^(\d+|L)W$/.exec(field);
  if (nearest) {
    const wanted = nearest[1] === "L" ? 31 : [...numbers(nearest[1] as string, 1, 31)][0];
    return (date) => {
      const length = daysIn(date);
      const target = new Date(date);
      target.setUTCDate(Math.min(wanted as number, length));
      const weekday = target.getUTCDay();
      const at = target.getUTCDate();
      const shift =
        weekday === 6 ? (at === 1 ? 2 : -1) : weekday === 0 ? (at === length ? -2 : 1) : 0;
      return date.getUTCDate() === at + shift;
    };
  }
  const days = numbers(field, 1, 31);
  return (date) => days.has(date.getUTCDate());
};

/** FRI#2 (the second), 6L (the last) or plain days of the week, SUN being 1. */
const daysOfWeek = (field: string): Days => {
  if (field === "L") return (date) => date.getUTCDay() === 6;
  const special = /^(\w+?)(?:#([1-5])|L)$/.exec(field);
  if (special) {
    const [weekday] = numbers(special[1] as string, 1, 7, weekdays);
    const nth = special[2] && Number(special[2]);
    return (date) =>
      date.getUTCDay() + 1 === weekday &&
      (nth ? Math.ceil(date.getUTCDate() / 7) === nth : date.getUTCDate() + 7 > daysIn(date));
  }
  const days = numbers(field, 1, 7, weekdays);
  return (date) => days.has(date.getUTCDay() + 1);
};

const ascending = (set: Set<number>) => [...set].sort((a, b) => a - b);

const cron = (text: string, offset: (at: number) => number): Occurrences => {
  const fields = text.split(/\s+/);
  const [minuteField, hourField, dayField, monthField, weekdayField, yearField] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (fields.length !== 6 || (dayField === "?") === (weekdayField === "?"))
    throw new RangeError(text);
  const minutes = ascending(numbers(minuteField, 0, 59));
  const hours = ascending(numbers(hourField, 0, 23));
  const times = hours.flatMap((hour) => minutes.map((at) => hour * 60 + at));
  const inMonths = ascending(numbers(monthField, 1, 12, months));
  const years = ascending(numbers(yearField, 1970, 2199));
  const onDays = weekdayField === "?" ? daysOfMonth(dayField) : daysOfWeek(weekdayField);
  return {
    next(after, count = () => {}) {
      const now = after + offset(after);
      const [thisYear, thisMonth, today] = [
        new Date(now).getUTCFullYear(),
        new Date(now).getUTCMonth() + 1,
        Math.floor(now / day) * day,
      ];
      for (const year of years) {
        if (year < thisYear) continue;
        for (const month of inMonths) {
          if (year === thisYear && month < thisMonth) continue;
          const end = Date.UTC(year, month, 1);
          for (let date = Math.max(Date.UTC(year, month - 1, 1), today); date < end; date += day) {
            count();
            if (!onDays(new Date(date))) continue;
            for (const time of times) {
              const wall = date + time * minute;
              if (wall <= now) continue;
              count();
              const moment = momentOf(wall, offset);
              // What autumn repeats was there the first time.
              if (moment !== undefined && moment > after) return moment;
            }
          }
        }
      }
      return undefined;
    },
  };
};

const rate = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/;
const once = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;

/**
 * Reads rate(5 minutes), cron(0 3 * * ? *) or at(2026-01-31T12:00:00), the latter two in `zone`. A rate counts
 * from `start`. Throws ValidationException.
 */
export const occurrences = (expression: string, start: number, zone = "UTC"): Occurrences => {
  const offset = offsets(zone);
  const [, count, unit] = rate.exec(expression) ?? [];
  if (count && unit) {
    const period = Number(count) * (units[unit] as number);
    return {
      next(after) {
        if (after < start) return start;
        const due = start + (Math.floor((after - start) / period) + 1) * period;
        return due <= endOfTime ? due : undefined;
      },
    };
  }
  const invalid = new AwsError("ValidationException", `Invalid Schedule Expression ${expression}.`);
  const [, said] = once.exec(expression) ?? [];
  if (said) {
    const wall = Date.parse(`${said}Z`);
    // The 30th of February would be read as the 2nd of March.
    if (Number.isNaN(wall) || !new Date(wall).toISOString().startsWith(said)) throw invalid;
    const moment = momentOf(wall, offset);
    return { next: (after) => (moment !== undefined && moment > after ? moment : undefined) };
  }
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1];
  if (!fields) throw invalid;
  try {
    return cron(fields, offset);
  } catch (error) {
    throw error instanceof RangeError ? invalid : error;
  }
};
