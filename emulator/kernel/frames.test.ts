import { openSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { beginning, frameFile, framesOf } from "./frames.ts";
import { emptyDir } from "./testing/journals.ts";

it("frames are read as they were written, however small the pieces and wherever one begins", () =>
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 400 }),
      fc.nat(),
      (payloads, piece, from) => {
        const fd = openSync(join(emptyDir(), "frames"), "a+");
        const file = frameFile(fd);
        const places = [beginning];
        for (const payload of payloads) {
          file.append(Buffer.from(payload));
          places.push(file.end());
        }
        const first = from % places.length;
        const frames: string[] = [];
        const place = places[first] ?? beginning;
        for (const { payload, next } of framesOf(fd, place, file.end().at, piece)) {
          frames.push(payload.toString("hex"));
          expect(next).toEqual(places[first + frames.length]);
        }
        expect(frames).toEqual(
          payloads.slice(first).map((bytes) => Buffer.from(bytes).toString("hex")),
        );
      },
    ),
    { numRuns: 50 },
  ));
