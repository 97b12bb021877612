/** Someone who can sign in to the shop on the local cloud. */
export type Account = {
  name: string;
  customerId: string;
  email: string;
  fullName: string;
  groups: string[];
};

const customer = (
  name: string,
  fullName: string,
  ulid: string,
  groups: string[] = [],
): Account => ({
  name,
  customerId: `cus_${ulid}`,
  email: `${name}@example.com`,
  fullName,
  groups,
});

/** Three customers and an administrator. Their ids never change, so that a bookmarked order stays theirs. */
export const accounts: Account[] = [
  customer("alice", "Alice Abbot", "01K0000000000000000000A11C"),
  customer("bob", "Bob Barker", "01K00000000000000000000B0B"),
  customer("carol", "Carol Catt", "01K000000000000000000CAR01"),
  customer("admin", "Ada Min", "01K000000000000000000ADM1N", ["admin"]),
];
