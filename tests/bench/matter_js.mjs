// How many checks a second of processor time matter.js does: one device again and again in one process. Prints the rate
// and what was measured, or the reason where a device is misjudged.
// Usage: node matter_js.mjs FOLDER PAA CD_SIGNER GOOD BAD... (@matter/protocol in FOLDER/node_modules; folders of devices)
//
// Its own DclCertificateService has PAA and signer in memory, and a ledger on loopback that knows no revocation list: an
// answer that it keeps for an hour. Nothing else is asked.

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [folder, paa, cdSigner, good, ...bad] = process.argv.slice(2);
const fromFolder = createRequire(resolve(folder, "package.json"));
const fromProtocol = createRequire(fromFolder.resolve("@matter/protocol"));
const { DclCertificateService, DeviceAttestationValidator } = fromFolder("@matter/protocol");
const { Crypto, Environment, Logger, MockStorageService } = fromProtocol("@matter/general");
const { version } = JSON.parse(readFileSync(resolve(folder, "node_modules/@matter/protocol/package.json")));

const der = path => new Uint8Array(new X509Certificate(readFileSync(path)).raw);
const bytes = hex => new Uint8Array(Buffer.from(hex, "hex"));

async function ledgerOnLoopback() {
    const server = createServer((_, response) => response.writeHead(404).end('{"code":5,"message":"not found"}'));
    await new Promise(listening => server.listen(0, "127.0.0.1", listening));
    return server;
}

async function certificateService(environment, url) {
    new MockStorageService(environment);
    const service = new DclCertificateService(environment, { dclConfig: { url }, updateInterval: null, acceptTestCertificates: true });
    await service.construction;
    await service.addCertificate(der(paa), "PAA");
    await service.addCertificate(der(cdSigner), "CDSigner");
    return service;
}

function deviceOf(path) {
    const said = JSON.parse(readFileSync(join(path, "device.json")));
    const { elements, signature, nonce, challenge } = said.attestation;
    return {
        challenge: bytes(challenge),
        data: {
            dac: der(join(path, "dac.pem")),
            pai: der(join(path, "pai.pem")),
            attestationElements: bytes(elements),
            attestationSignature: bytes(signature),
            attestationNonce: bytes(nonce),
            vendorId: Number(said.vendor_id),
            productId: Number(said.product_id),
        },
    };
}

const validate = ({ challenge, data }) =>
    DeviceAttestationValidator.validate({ crypto, attestationChallenge: challenge, dclCertificateService }, data);

// What matter.js holds against a device. A warning counts, since it stands for a check that was left out.
async function objection(path) {
    try {
        const { findings } = await validate(deviceOf(path));
        return findings.find(({ level }) => level !== "info")?.type;
    } catch (error) {
        return error.failure ?? `an unexpected error: ${error}`;
    }
}

async function misjudged() {
    const against = await objection(good);
    if (against) return `${good} is refused: ${against}`;
    for (const path of bad) {
        const found = await objection(path);
        if (!/SignatureInvalid|ChainInvalid/.test(found)) return `${path} is not refused for its signature: ${found ?? "accepted"}`;
    }
}

async function checksPerSecond(device, checks) {
    const start = process.cpuUsage();
    for (let i = 0; i < checks; ++i) await validate(device);
    const { user, system } = process.cpuUsage(start);
    return Math.round((checks * 1e6) / (user + system));
}

Logger.level = "fatal";
const environment = new Environment("bench", Environment.default);
const crypto = environment.get(Crypto);
const ledger = await ledgerOnLoopback();
const dclCertificateService = await certificateService(environment, `http://127.0.0.1:${ledger.address().port}`);

const fault = await misjudged();
if (fault) {
    console.error(`matter.js ${version}: no figure, ${fault}; expected the good device accepted, the others refused`);
    process.exitCode = 1;
} else {
    const device = deviceOf(good);
    await checksPerSecond(device, 1000);
    console.log(`${await checksPerSecond(device, 5000)} matter.js ${version} on Node ${process.versions.node}`);
}
await dclCertificateService.close();
ledger.close();
