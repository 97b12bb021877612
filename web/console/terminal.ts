const usualPort = "3000";

/** Which shop, where it is not at the usual port: other shops may run beside it. */
const port = () => (location.port === usualPort ? "" : `--port ${location.port} `);

/** The line for a terminal that has this shop do a command. */
export const shopLine = (line: string): string => `npm run shop -- ${port()}${line}`;
/** The line for a terminal that calls AWS of this shop. */
export const awsLine = (line: string): string => `npm run aws -- ${port()}${line}`;
/** What a terminal puts in place of a header with somebody's token. */
export const signedIn = (name: string): string =>
  `-H "authorization: Bearer $(npm run -s sign-in -- ${port()}${name})"`;
