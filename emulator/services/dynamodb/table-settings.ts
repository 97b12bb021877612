import { AwsError, notEmulated } from "../../kernel/engine.ts";
import type { Context } from "./calls.ts";
import { expiringFrom } from "./changes.ts";
import { invalid, notFound } from "./errors.ts";
import { plainName } from "./requests/checked-request.ts";
import { arnOf, type Store, settle, type Table, tableOf } from "./store.ts";
import { checkTags, tagsFrom } from "./tables.ts";

type ByName = { TableName: string };

type TimeToLive = { Enabled: boolean; AttributeName: string };

/** Names the attribute that holds the second in which an item expires, or none. */
export const updateTimeToLive = (
  { store }: Context,
  request: ByName & { TimeToLiveSpecification: TimeToLive },
) => {
  const table = tableOf(store, request.TableName);
  const { Enabled, AttributeName } = request.TimeToLiveSpecification;
  const { expiryAttribute: known, ...others } = table.settings;
  if (Enabled && known !== undefined) throw invalid("TimeToLive is already enabled");
  if (!Enabled && known === undefined) throw invalid("TimeToLive is already disabled");
  if (!Enabled && known !== AttributeName)
    throw invalid(
      `TimeToLive is active on a different AttributeName: current AttributeName is ${known}`,
    );
  settle(store, table, Enabled ? { ...others, expiryAttribute: AttributeName } : others);
  table.expiring = expiringFrom(table.settings, table.rows);
  store.onExpiry(table);
  return { TimeToLiveSpecification: { Enabled, AttributeName } };
};

/** Whether items expire, and by what attribute. */
export const describeTimeToLive = ({ store }: Context, { TableName }: ByName) => {
  const { expiryAttribute } = tableOf(store, TableName).settings;
  return {
    TimeToLiveDescription:
      expiryAttribute === undefined
        ? { TimeToLiveStatus: "DISABLED" }
        : { TimeToLiveStatus: "ENABLED", AttributeName: expiryAttribute },
  };
};

const backupsOf = (store: Store, { settings }: Table) => ({
  ContinuousBackupsDescription: {
    ContinuousBackupsStatus: "ENABLED",
    PointInTimeRecoveryDescription: settings.recovery
      ? {
          PointInTimeRecoveryStatus: "ENABLED",
          RecoveryPeriodInDays: 35,
          EarliestRestorableDateTime: settings.createdAt,
          LatestRestorableDateTime: store.world.clock.now() / 1000,
        }
      : { PointInTimeRecoveryStatus: "DISABLED" },
  },
});

const backupTable = (store: Store, name: string) => {
  const table = store.tables.get(name);
  if (!table) throw new AwsError("TableNotFoundException", `Table not found: ${name}`);
  return table;
};

/** Whether point-in-time recovery is on. */
export const describeContinuousBackups = ({ store }: Context, { TableName }: ByName) =>
  backupsOf(store, backupTable(store, TableName));

/** Point-in-time recovery is remembered and described; nothing is backed up. */
export const updateContinuousBackups = (
  { store }: Context,
  request: ByName & {
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: boolean;
      RecoveryPeriodInDays?: number;
    };
  },
) => {
  const wanted = request.PointInTimeRecoverySpecification;
  if (wanted.RecoveryPeriodInDays !== undefined && wanted.RecoveryPeriodInDays !== 35)
    throw notEmulated("dynamodb", "a RecoveryPeriodInDays other than 35");
  const table = backupTable(store, request.TableName);
  settle(store, table, { ...table.settings, recovery: wanted.PointInTimeRecoveryEnabled });
  return backupsOf(store, table);
};

const byArn = (store: Store, arn: string): Table => {
  if (!/^arn:aws:dynamodb:[\w-]+:\d{12}:table\/[\w.-]+$/.test(arn))
    throw invalid(`Invalid TableArn: Invalid ResourceArn provided as input ${arn}`);
  const name = plainName(arn);
  if (arn !== arnOf(store, name))
    throw new AwsError("AccessDeniedException", `Not authorized to access the resource ${arn}`);
  const table = store.tables.get(name);
  if (!table) throw notFound(`Requested resource not found: ResourcArn: ${arn} not found`);
  return table;
};

/** Adds tags to a table. */
export const tagResource = (
  { store }: Context,
  { ResourceArn, Tags }: { ResourceArn: string; Tags: { Key: string; Value: string }[] },
) => {
  const table = byArn(store, ResourceArn);
  const tags = { ...table.settings.tags, ...tagsFrom(Tags) };
  checkTags(tags);
  settle(store, table, { ...table.settings, tags });
  return {};
};

/** Takes tags from a table. */
export const untagResource = (
  { store }: Context,
  { ResourceArn, TagKeys }: { ResourceArn: string; TagKeys: string[] },
) => {
  const table = byArn(store, ResourceArn);
  const kept = Object.entries(table.settings.tags).filter(([key]) => !TagKeys.includes(key));
  settle(store, table, { ...table.settings, tags: Object.fromEntries(kept) });
  return {};
};

/** A table's tags. */
export const listTagsOfResource = (
  { store }: Context,
  { ResourceArn }: { ResourceArn: string },
) => ({
  Tags: Object.entries(byArn(store, ResourceArn).settings.tags).map(([Key, Value]) => ({
    Key,
    Value,
  })),
});
