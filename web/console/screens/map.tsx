import { useEffect } from "preact/hooks";
import "../map/map.css";
import { hear, onRestart } from "../live.ts";
import { MapKey } from "../map/map-key.tsx";
import { RoomView } from "../map/room-view.tsx";
import { forgetTallies, tally } from "../map/tally.ts";
import { ThingPanel } from "../map/thing-panel.tsx";
import { WholeMap } from "../map/whole-map.tsx";
import { parts, query } from "../route.ts";
import { depths, map } from "../state.ts";

hear(({ passed }) => tally(passed));
onRestart(forgetTallies);

/** Screen 1: the whole shop, or one room of it. */
export const MapScreen = () => {
  const [, room] = parts.value;
  const thing = query.value.get("thing");
  const shown = map.value.value;
  useEffect(() => depths.every(700), []);
  useEffect(() => {
    if (shown.parts.length === 0) void map.look();
  }, [shown]);
  if (shown.parts.length === 0)
    return <p class="nothing big">{map.wrong.value ?? "The map is being read…"}</p>;
  const isThere = room === undefined || shown.rooms.some(({ id }) => id === room);
  return (
    <section class="map-screen">
      {!isThere && <p class="nothing big">There is no room {room}.</p>}
      {isThere && (
        <div class="map-main">
          {room ? <RoomView map={shown} room={room} /> : <WholeMap map={shown} />}
          <MapKey />
        </div>
      )}
      {thing && <ThingPanel id={thing} />}
    </section>
  );
};
