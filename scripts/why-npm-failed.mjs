// What npm and pnpm say of a failure, made one or two sentences that name its cause and what to do.

const unreachable = (found, _home, registry) =>
  `The npm registry at ${registry} cannot be reached (${found}). Is this machine online? Behind a proxy, set HTTPS_PROXY=http://host:port.`;

const CAUSES = [
  [
    /ERR_PNPM_OUTDATED_LOCKFILE|ERR_PNPM_NO_LOCKFILE|_NO_IMPORTER|Cannot install with .?frozen-lockfile/,
    () =>
      "pnpm-lock.yaml does not know every package.json of the workspace: `npm run pnpm -- install` writes it anew.",
  ],
  [
    /\b407\b|Proxy Authentication Required/i,
    () => "The proxy wants a name and a password: HTTPS_PROXY=http://name:password@host:port.",
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER|VERIFY)|DEPTH_ZERO|UnknownIssuer|invalid peer certificate/i,
    (code) =>
      `The registry's certificate is not trusted (${code}), as behind a proxy that opens TLS: NODE_EXTRA_CA_CERTS names a file with the proxy's own.`,
  ],
  [/ENOSPC|No space left/i, () => "The disk is full."],
  [/EDQUOT/, () => "The quota of the disk is used up."],
  [
    /\b(?:EACCES|EPERM|EROFS|EEXIST|ENOTDIR)\b|Permission denied|Read-only file system/i,
    (code, home) =>
      `Something cannot be written (${code}); npm and pnpm keep what they download in HOME, which is ${home}.`,
  ],
  [/(?:connect|getaddrinfo) E\w+ [\w.:-]+/, unreachable],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EIDLETIMEOUT|ERR_SOCKET_TIMEOUT|UND_ERR_\w+|dns error|Connection refused/i,
    unreachable,
  ],
  [
    /\b(?:E404|ETARGET|ERR_PNPM_NO_MATCHING_VERSION|ERR_PNPM_FETCH_404|ERR_PNPM_NO_OFFLINE_TARBALL)\b/,
    (code, _home, registry) =>
      `The npm registry at ${registry} does not have what is pinned (${code}): is it a mirror that lags behind?`,
  ],
];

/** Why it failed, in one or two sentences; undefined for what is not known here. `said` is what npm or pnpm wrote. */
export const whyFailed = (said, { home, registry }) => {
  for (const [pattern, tell] of CAUSES) {
    const [found] = pattern.exec(said) ?? [];
    if (found) return tell(found.trim(), home, registry);
  }
  return undefined;
};
