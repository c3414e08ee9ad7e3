// Which certificates the channel to the venue trusts: the usual roots and, where named, the user's PEM file.
// Guarantees: verification is never switched off; a file that cannot serve is an error that says what to do.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** SHA-256 fingerprint of Russian Trusted Root CA (valid to 2032-02-27), as published. */
const ROOT_FINGERPRINT = 'D26D2D0231B7C39F92CC738512BA54103519E4405D68B5BD703E9788CA8ECF31';
const ROOT_SOURCE = 'gu-st.ru/content/lending/russian_trusted_root_ca_pem.crt';

/** What to do about a certificate chain that does not verify. */
export const UNTRUSTED_CHAIN_HELP =
  'the broker\'s certificate chain ends in "Russian Trusted Root CA", which this system does not trust: ' +
  `fetch it from ${ROOT_SOURCE}, check that its SHA-256 fingerprint is ${ROOT_FINGERPRINT} ` +
  '(openssl x509 -in FILE -noout -fingerprint -sha256), and put the path of the file in "ca_file" of CONFIG.json';

const UNTRUSTED =
  /unable to verify the first certificate|unable to get (local )?issuer certificate|self[- ]signed certificate|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED/i;

/** Whether a connection error says that the chain ends in a root that is not trusted. */
export const isUntrustedChain = (details: string): boolean => UNTRUSTED.test(details);

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Roots for one TLS channel, as PEM.
 * @throws {Error} where the file is missing, unreadable or holds no certificate
 */
export function trustedRoots(caFile: string | null): Buffer {
  if (caFile === null) return Buffer.from(rootCertificates.join('\n'));
  return Buffer.from([...rootCertificates, ...readCertificates(caFile)].join('\n'));
}

function readCertificates(caFile: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(caFile, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `"ca_file" of CONFIG.json names ${caFile}, which cannot be read (${why}); ` +
        'expected a PEM file with the root certificate: correct the path or its permissions',
      { cause },
    );
  }
  const blocks = text.match(PEM_BLOCK) ?? [];
  if (blocks.length === 0)
    throw new Error(
      `"ca_file" of CONFIG.json names ${caFile}, which holds no "-----BEGIN CERTIFICATE-----" block; ` +
        'expected a PEM file (convert a binary one with: openssl x509 -inform der -in FILE -out FILE.pem)',
    );
  blocks.forEach((block, index) => {
    assertCertificate(block, index, caFile);
  });
  return blocks;
}

function assertCertificate(block: string, index: number, caFile: string): void {
  try {
    new X509Certificate(block);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `certificate ${index + 1} in ${caFile} ("ca_file" of CONFIG.json) is damaged (${why}); ` +
        `expected a whole PEM certificate: fetch it again from ${ROOT_SOURCE}`,
      { cause },
    );
  }
}
