/** What somebody has to raise who has made every order dearer, as it is said at the end of a command. */
export const dearer = (what: string): string =>
  `${what}, and you have to agree to that: until then npm test -- budgets four-ways fails.
  local/bench/budget.ts                      raise BUDGET and DOLLARS to what that test finds
  npm run four-ways -- --count --write       counts anew what docs/saga-four-ways says
  README.md, docs/lessons/15-cost/README.md  say what npm run bench -- --only order --quick prints
`;
