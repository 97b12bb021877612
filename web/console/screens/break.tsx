import { useEffect } from "preact/hooks";
import "../break/break.css";
import { FaultCards } from "../break/fault-cards.tsx";
import { InvariantList } from "../break/invariant-list.tsx";
import { cards, invariants, robot, scenarios } from "../break/looked-at.ts";
import { RobotPanel } from "../break/robot-panel.tsx";
import { ScenarioList } from "../break/scenario-list.tsx";
import { faults } from "../state.ts";

/** Screen 6: faults, each with what it tests; scenarios; the order robot; the promises that must hold. */
export const BreakScreen = () => {
  useEffect(() => {
    void cards.look();
    void scenarios.look();
    const stops = [faults.every(1_000), robot.every(1_000), invariants.every(2_000)];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return (
    <section class="break-screen">
      <h1 class="visually-hidden">Break it</h1>
      <ScenarioList />
      <FaultCards />
      <div class="break-column side right">
        <RobotPanel />
        <InvariantList />
      </div>
    </section>
  );
};
