import { invalid } from "./errors.ts";

/**
 * DynamoDB's numbers: exact decimals of up to 38 significant digits, never JavaScript floats.
 * A decimal is `digits` x 10^`exponent` with no trailing zeros in `digits` (zero is 0 x 10^0).
 */
type Decimal = { digits: bigint; exponent: number };

const shape = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
const shortInteger = /^(?:0|-?[1-9]\d{0,14})$/;

const checkRange = (significant: number, magnitude: number) => {
  if (magnitude > 125)
    throw invalid(
      "Number overflow. Attempting to store a number with magnitude larger than supported range",
    );
  if (magnitude < -130)
    throw invalid(
      "Number underflow. Attempting to store a number with magnitude smaller than supported range",
    );
  if (significant > 38)
    throw invalid("Attempting to store more than 38 significant digits in a Number");
};

/** The digits between leading and trailing zeros, and how many of the latter there were. */
const trimmed = (digits: string) => {
  let [from, to] = [0, digits.length];
  while (digits[from] === "0") from += 1;
  while (to > from && digits[to - 1] === "0") to -= 1;
  return { significant: digits.slice(from, to), zeros: digits.length - to };
};

const decimal = (negative: boolean, digits: string, exponent: number): Decimal => {
  const { significant, zeros } = trimmed(digits);
  if (significant === "") return { digits: 0n, exponent: 0 };
  // A request has room for a million digits: BigInt would read them for minutes.
  checkRange(significant.length, significant.length - 1 + exponent + zeros);
  const all = BigInt(significant);
  return { digits: negative ? -all : all, exponent: exponent + zeros };
};

const read = (text: string): Decimal | undefined => {
  const match = shape.exec(text);
  const [, sign, whole = "", fraction = "", exponent = "0"] = match ?? [];
  if (!match || whole + fraction === "") return undefined;
  return decimal(sign === "-", whole + fraction, Number(exponent) - fraction.length);
};

/** The number of significant digits, and the power of ten of the first of them. */
const measure = ({ digits, exponent }: Decimal) => {
  const significant = digits.toString().length - (digits < 0n ? 1 : 0);
  return { significant, magnitude: digits === 0n ? 0 : significant - 1 + exponent };
};

const write = ({ digits, exponent }: Decimal): string => {
  const negative = digits < 0n;
  let text = (negative ? -digits : digits).toString();
  if (exponent >= 0) text += "0".repeat(exponent);
  else {
    text = text.padStart(1 - exponent, "0");
    text = `${text.slice(0, exponent)}.${text.slice(exponent)}`;
  }
  return negative ? `-${text}` : text;
};

/** The number as DynamoDB stores and returns it: no leading or trailing zeros, no exponent. */
export const normalNumber = (text: string): string => {
  if (shortInteger.test(text)) return text;
  const found = text === "" ? undefined : read(text);
  if (!found)
    throw invalid(
      `The parameter cannot be converted to a numeric value${text === "" ? "" : `: ${text}`}`,
    );
  return write(found);
};

const aligned = (left: string, right: string): [bigint, bigint, number] => {
  const a = read(left) as Decimal;
  const b = read(right) as Decimal;
  const exponent = Math.min(a.exponent, b.exponent);
  const scaled = (d: Decimal) => d.digits * 10n ** BigInt(d.exponent - exponent);
  return [scaled(a), scaled(b), exponent];
};

/** `left` + `sign` x `right`, both in normal form. Throws when the result cannot be stored. */
export const addNumbers = (left: string, right: string, sign: 1 | -1): string => {
  if (shortInteger.test(left) && shortInteger.test(right))
    return String(Number(left) + sign * Number(right));
  const [a, b, exponent] = aligned(left, right);
  const sum = a + BigInt(sign) * b;
  return write(decimal(sum < 0n, String(sum < 0n ? -sum : sum), exponent));
};

/** Below, at or above zero as `left` is less than, equal to or greater than `right`. */
export const compareNumbers = (left: string, right: string): number => {
  if (shortInteger.test(left) && shortInteger.test(right)) return Number(left) - Number(right);
  const [a, b] = aligned(left, right);
  return a < b ? -1 : a > b ? 1 : 0;
};

/** About half a byte per significant digit, one for the exponent and one for a minus sign. */
export const sizeOfNumber = (text: string): number => {
  const { digits, exponent } = read(text) as Decimal;
  if (digits === 0n) return 1;
  const { significant, magnitude } = measure({ digits, exponent });
  // Digits are stored in pairs from the decimal point on: an odd position costs half a pair more.
  const pairs = Math.ceil(significant / 2) + (significant % 2 || magnitude % 2 ? 0 : 1);
  return 1 + pairs + (digits < 0n ? 1 : 0);
};

/** A text that sorts as the number does. */
export const sortableNumber = (text: string): string => {
  const { digits, exponent } = read(text) as Decimal;
  const { magnitude } = measure({ digits, exponent });
  if (digits === 0n) return "1";
  const scale = (n: number) => String(n + 130).padStart(3, "0");
  if (digits > 0n) return `2${scale(magnitude)}${digits}`;
  // A negative number sorts backwards: nines' complement, and an end above every digit.
  const complement = (-digits).toString().replace(/\d/g, (d) => String(9 - Number(d)));
  return `0${scale(-magnitude)}${complement}~`;
};
