/** An e-mail that was sent: it went no further than this. */
export type Email = {
  id: string;
  /** Milliseconds since 1970. */
  time: number;
  from: string;
  to: string[];
  cc: string[];
  bcc: string[];
  subject: string;
  text?: string;
  html?: string;
  tags: Record<string, string>;
};
