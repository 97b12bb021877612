import type { Subject } from "emulator/doors/issuer/issuer";

/** Someone who can sign in to the shop on this machine. */
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
  subject: string,
  groups: string[] = [],
): Account => ({
  name,
  customerId: `cus_${subject}`,
  email: `${name}@example.com`,
  fullName,
  groups,
});

/** Three customers and an administrator. Their ids are UUIDs, as Cognito's are, and never change: a bookmarked order stays theirs. */
export const accounts: Account[] = [
  customer("alice", "Alice Abbot", "a11ce000-0000-4000-8000-000000000001"),
  customer("bob", "Bob Barker", "b0b00000-0000-4000-8000-000000000002"),
  customer("carol", "Carol Catt", "ca401000-0000-4000-8000-000000000003"),
  customer("admin", "Ada Min", "ad314000-0000-4000-8000-000000000004", ["admin"]),
];

/** What an account is to the user pool. */
export const subjectOf = ({ name, customerId, email, groups }: Account): Subject => ({
  sub: customerId.replace("cus_", ""),
  name,
  email,
  groups,
});
