// Builds addresses from configured bases. A base may be the host alone, the host with a prefix, or already end in part
// of the usual path: what both name is written once.

/** `base` with `path` behind it. */
export function addressUnder(base: string, path: string): URL {
  const url = new URL(base);
  const has = url.pathname.split('/').filter((part) => part !== '');
  const wants = path.split('/').filter((part) => part !== '');
  const shared = wants.findLastIndex(
    (_, index) =>
      index < has.length &&
      wants.slice(0, index + 1).join('/') === has.slice(has.length - index - 1).join('/'),
  );
  const whole = [...has, ...wants.slice(shared + 1)].join('/');
  url.pathname = `/${whole}${path.endsWith('/') ? '/' : ''}`;
  return url;
}

/** The address of a single document: the base itself where it has a path, else the usual one. */
export function documentAddress(base: string, path: string): URL {
  const url = new URL(base);
  return url.pathname === '/' ? addressUnder(base, path) : url;
}
