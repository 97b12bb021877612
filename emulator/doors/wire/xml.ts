/** Text as it stands between XML tags; a carriage return would be read as a line feed, did it stand there itself. */
export const xmlText = (value: unknown) =>
  String(value)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("\r", "&#xD;");
