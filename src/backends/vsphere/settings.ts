import * as v from 'valibot';
import { Fault } from '../../base/fault.js';
import type { Clock } from '../../base/clock.js';
import { parseProxy } from './http/proxy-address.js';
import { environmentProxy, noProxy, type ProxyRule, throughProxy } from './http/proxy-rule.js';
import { policyOf, type TlsOption, tlsSchema } from './http/tls-option.js';
import type { TlsPolicy } from './http/tls-policy.js';
import type { RewriteTransferUrl } from './transfer/transfer-rewrite.js';
import type { TransferHostOrder } from './transfer/transfer-url.js';

const some = v.pipe(v.string('must be a text'), v.nonEmpty('must not be empty'));
const seconds = v.pipe(v.number('must be a number of seconds'), v.finite(), v.gtValue(0, 'must be above 0'));

/** Options that a configuration entry, too, may give. */
const settingsSchema = v.strictObject({
  tls: v.optional(tlsSchema),
  proxy: v.optional(v.union([some, v.literal(false)], 'must be the address of a proxy, or false for none')),
  login: v.optional(
    v.picklist(['password', 'clone-ticket', 'saml-token'], 'must be password, clone-ticket or saml-token'),
  ),
  questions: v.optional(v.picklist(['fail', 'wait'], 'must be "fail" or "wait"')),
  callTimeoutSeconds: v.optional(seconds),
  reconnectSeconds: v.optional(seconds),
  busySeconds: v.optional(seconds),
  transferHosts: v.optional(v.picklist(['name-first', 'address-first'], 'must be "name-first" or "address-first"')),
});

type PlainSettings = v.InferOutput<typeof settingsSchema>;

/** How the vSphere backend is made. Everything may be left out. */
export interface VsphereOptions {
  /**
   * Whose certificate is accepted. `"system"`, the default: one that an authority vouches for whom this machine trusts.
   * `{ ca }`: one of the authorities in these PEM files and no other. `{ thumbprint }`: a certificate with one of these
   * SHA-256 or SHA-1 hashes and no other, whoever signed it. `"insecure"`: any, so that whoever stands between can read
   * and change everything; a program that asks VIX for verification gets `"system"` then.
   */
  readonly tls?: TlsOption | undefined;
  /**
   * `http://[user:password@]host:port` of a proxy that every connection goes through; `false` for none. By default what
   * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say in the environment; this machine itself is never behind that one.
   */
  readonly proxy?: string | false | undefined;
  /**
   * What the password of `VixHost_Connect` is. By default a password, or a clone ticket when there is no user name, as
   * in VIX. `saml-token`: a bearer token of the vCenter's single sign-on, as its XML text.
   */
  readonly login?: PlainSettings['login'];
  /** Whether a power-on that raises a question fails (the default), or waits until somebody answers. */
  readonly questions?: 'fail' | 'wait' | undefined;
  /** Longest time for one request, from its start to the last byte of its answer; 120 by default. */
  readonly callTimeoutSeconds?: number | undefined;
  /** How long to try for a host that does not answer any more, like a vCenter that restarts; 120 by default. */
  readonly reconnectSeconds?: number | undefined;
  /** How long to try again for a machine on which another operation runs; 60 by default. */
  readonly busySeconds?: number | undefined;
  /**
   * Where to look first for an ESXi host that serves the files of its guests: under the name that vCenter gives, the
   * default, or at its address on the management network.
   */
  readonly transferHosts?: TransferHostOrder | undefined;
  /**
   * Gives the URL under which the bytes of a guest file are to be had or to be sent, in place of the one that the server
   * named: for hosts that are reached over a port forward or a reverse proxy. Asked for each URL that would be tried. In
   * code only.
   */
  readonly rewriteTransferUrl?: RewriteTransferUrl | undefined;
  /** Time for deadlines, keep-alive and pauses; by default the machine's own. */
  readonly clock?: Clock | undefined;
}

/** Options with everything filled in, checked and read. */
export interface VsphereSettings {
  readonly tls: TlsPolicy;
  /** The program asked for verified certificates, so its hook for transfers cannot give `"insecure"`. */
  readonly mustVerify: boolean;
  readonly proxy: ProxyRule;
  readonly login: NonNullable<PlainSettings['login']> | 'by-arguments';
  readonly questions: 'fail' | 'wait';
  readonly callTimeoutMs: number;
  readonly reconnectMs: number;
  readonly busyMs: number;
  readonly transferHosts: TransferHostOrder;
  readonly rewriteTransferUrl: RewriteTransferUrl | undefined;
}

/**
 * Checks the options of a backend, which plain JavaScript may get wrong.
 * @throws Fault `invalid-argument` that names the option.
 */
export function checkOptions({ clock: _clock, rewriteTransferUrl, ...plain }: VsphereOptions): PlainSettings {
  const hook: unknown = rewriteTransferUrl;
  if (hook !== undefined && typeof hook !== 'function') {
    const message = 'The options of createVsphereBackend: rewriteTransferUrl must be a function. See docs/vsphere.md.';
    throw new Fault('invalid-argument', message);
  }
  return check(plain, 'The options of createVsphereBackend');
}

/**
 * The settings of one connection: what its configuration entry says, else the options of the backend.
 *
 * @param entry the `options` of the configuration entry, unread.
 * @param directory where relative paths of the entry start from; those of the options start from the current one.
 * @param source where the entry stands, for error texts.
 * @throws Fault `invalid-argument` or `file-not-found` that names the entry.
 */
export function readSettings(
  options: VsphereOptions,
  entry: Readonly<Record<string, unknown>>,
  directory: string,
  source = 'The options of the vSphere backend',
): VsphereSettings {
  const inCode = checkOptions(options);
  const inFile = check(entry, source);
  const all = { ...inCode, ...inFile };
  return {
    mustVerify: false,
    tls: inFile.tls === undefined ? policyOf(inCode.tls, '.') : policyOf(inFile.tls, directory),
    proxy: proxyRuleOf(all.proxy),
    login: all.login ?? 'by-arguments',
    questions: all.questions ?? 'fail',
    callTimeoutMs: (all.callTimeoutSeconds ?? 120) * 1000,
    reconnectMs: (all.reconnectSeconds ?? 120) * 1000,
    busyMs: (all.busySeconds ?? 60) * 1000,
    transferHosts: all.transferHosts ?? 'name-first',
    rewriteTransferUrl: options.rewriteTransferUrl,
  };
}

function check(input: unknown, what: string): PlainSettings {
  const result = v.safeParse(settingsSchema, input);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue) ?? 'the whole';
  // valibot would quote the value, and a proxy may hold a password.
  const known = Object.keys(settingsSchema.entries).join(', ');
  const problem = issue.type === 'strict_object' ? `is not known; there are ${known}` : issue.message;
  throw new Fault('invalid-argument', `${what}: ${place} ${problem}. See docs/vsphere.md.`);
}

function proxyRuleOf(option: string | false | undefined): ProxyRule {
  if (option === undefined) return environmentProxy();
  return option === false ? noProxy : throughProxy(parseProxy(option));
}
