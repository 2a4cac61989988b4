/**
 * Who may do what, role by role, on the deployed stack. The expectations are worked out by hand from what each role is for;
 * every refusal is the cloud's own, to a session of that role.
 */
import { CancelKeyDeletionCommand, EnableKeyCommand, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import {
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectTaggingCommand,
} from "@aws-sdk/client-s3";
import { beforeAll, expect, it } from "vitest";
import { assume, keysOf, s3 } from "../../../emulator/demo/aws.ts";
import type { Row } from "../../../emulator/demo/context.ts";
import { eventually } from "../support/eventually.ts";
import { type Instance, type Site, sites, startTimeoutMs } from "../support/instance.ts";
import {
  genesysRecording,
  organization,
  type Platforms,
  plainRecording,
  platformsOf,
  screenCapture,
} from "../support/recordings.ts";
import { rowsOf, settled, stored } from "../support/store.ts";

/** Roles of the embedded stack's settings, by the names of their credentials. */
const roles = [
  "reader",
  "drReader",
  "sensitiveReader",
  "officer",
  "outsider",
  "drAdmin",
  "uploader",
  "deployer",
  "breakGlass",
] as const;
type Role = (typeof roles)[number];

/**
 * `yes` is allowed, `-` refused with 403. The columns are, in the order above:
 *
 * - reader: QaPortal, a reader and a DR reader. drReader: ComplianceAuditor, in DR only. sensitiveReader: PciAuditor, who
 *   also reads what is normal. drAdmin reads in DR. None of them changes anything.
 * - officer: holds are placed through Holdfast, so the role has no access of its own.
 * - outsider: all of S3 by its own policy and no key, so it learns names and settings, and never bytes.
 * - uploader: writes below `plain/` of the primary landing.
 * - deployer: all of S3 and KMS by its own policy; it changes settings, and, because the stack is one that is thrown away
 *   (`removal: destroy`), it deletes; it reads neither DR nor restricted content, and touches no lock and no tag.
 * - breakGlass: everything but to put objects past admission, and to hide them behind delete markers, which nobody may.
 */
const matrix = `
                             rea  drR  sen  off  out  drA  upl  dep  bre
read normal, primary         yes  -    yes  -    -    -    -    yes  yes
read normal, dr              yes  yes  yes  -    -    yes  -    -    yes
read sensitive, primary      -    -    yes  -    -    -    -    -    yes
read sensitive, dr           -    -    yes  -    -    -    -    -    yes
read quarantined, primary    -    -    yes  -    -    -    -    -    yes
read quarantined, dr         -    -    yes  -    -    -    -    -    yes
read landing, primary        -    -    -    -    -    -    -    -    yes
list, primary                yes  -    yes  -    yes  -    -    yes  yes
list, dr                     yes  yes  yes  -    yes  yes  -    yes  yes
put into store, primary      -    -    -    -    -    -    -    -    -
put into store, dr           -    -    -    -    -    -    -    -    -
put below plain/, primary    -    -    -    -    -    -    yes  -    -
put elsewhere, primary       -    -    -    -    -    -    -    -    -
put below plain/, dr         -    -    -    -    -    -    -    -    -
put elsewhere, dr            -    -    -    -    -    -    -    -    -
set a lock, primary          -    -    -    -    -    -    -    -    yes
set a lock, dr               -    -    -    -    -    -    -    -    yes
clear a lock, primary        -    -    -    -    -    -    -    -    yes
clear a lock, dr             -    -    -    -    -    -    -    -    yes
change tags, primary         -    -    -    -    -    -    -    -    yes
change tags, dr              -    -    -    -    -    -    -    -    yes
tag landed, primary          -    -    -    -    -    -    -    -    yes
change lifecycle, primary    -    -    -    -    -    -    -    yes  yes
change lifecycle, dr         -    -    -    -    -    -    -    yes  yes
change policy, primary       -    -    -    -    -    -    -    yes  yes
change policy, dr            -    -    -    -    -    -    -    yes  yes
change versioning, primary   -    -    -    -    -    -    -    yes  yes
change versioning, dr        -    -    -    -    -    -    -    yes  yes
delete, primary              -    -    -    -    -    -    -    -    -
delete, dr                   -    -    -    -    -    -    -    -    -
delete version, primary      -    -    -    -    -    -    -    yes  yes
delete version, dr           -    -    -    -    -    -    -    yes  yes
read without TLS, primary    -    -    -    -    -    -    -    -    -
read without TLS, dr         -    -    -    -    -    -    -    -    -
put without TLS, primary     -    -    -    -    -    -    -    -    -
schedule key end, primary    -    -    -    -    -    -    -    yes  yes
schedule key end, dr         -    -    -    -    -    -    -    yes  yes
`;

interface MatrixRow {
  readonly action: string;
  readonly site: Site;
  readonly expected: Readonly<Record<Role, string>>;
}

const rows: readonly MatrixRow[] = matrix
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => {
    const [, action = "", site = "", cells = ""] = /^(.*), (primary|dr) +(.*)$/.exec(line) ?? [];
    const values = cells.split(/ +/);
    if (values.length !== roles.length) throw new Error(`not ${roles.length} cells: ${line}`);
    const expected = Object.fromEntries(roles.map((role, i) => [role, values[i] ?? ""])) as MatrixRow["expected"];
    return { action, site: site as Site, expected };
  });

/** `yes`, or `-` for a refusal of permissions; anything else is neither and fails the test. */
async function outcome(attempt: () => Promise<unknown>): Promise<"yes" | "-"> {
  try {
    await attempt();
    return "yes";
  } catch (error) {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    if (name === "AccessDenied" && $metadata?.httpStatusCode === 403) return "-";
    // The name that KMS has for it; its status is 400 on AWS (KMS API Reference, common errors).
    if (name === "AccessDeniedException") return "-";
    throw error;
  }
}

/** One media object per site of each recording that the attempts are about. */
type Subjects = Readonly<Record<"normal" | "sensitive" | "quarantined" | "spare", Readonly<Record<Site, Row>>>>;

export function access(instance: () => Instance): void {
  const normal = plainRecording("normal");
  const sensitive = plainRecording("sensitive", { facts: { paymentCard: "yes" } });
  const quarantined = plainRecording("quarantined", { bytes: screenCapture("quarantined").subarray(0, 6_000) });
  const spare = plainRecording("spare");
  const recordings = { normal, sensitive, quarantined, spare };
  let subjects: Subjects;
  let platforms: Platforms;
  let landed: string;
  const keyOf: Partial<Record<Site, string>> = {};

  const admin = (site: Site) => instance().s3("admin", site);
  const bucket = (site: Site, role: "metadata" | "media" | "landing" = "media") =>
    instance().stack.outputs.locations[site][role];

  beforeAll(async () => {
    platforms = await platformsOf(instance());
    await Promise.all(Object.values(recordings).map((recording) => platforms.writeBoth(recording)));
    landed = await platforms.write("plain", { key: "plain/never-complete/screen.mp4", bytes: normal.media.bytes });
    const found = await Promise.all(
      Object.entries(recordings).map(async ([name, { id }]) => {
        const all = await settled(instance(), id, name === "quarantined" ? "quarantined" : "admitted", "dr");
        const media = (site: Site) => all.find((row) => row.site === site && row.kind === "media");
        return [name, { primary: media("primary"), dr: media("dr") }] as const;
      }),
    );
    subjects = Object.fromEntries(found) as Subjects;
    for (const site of sites) {
      const encryption = await admin(site).send(new GetBucketEncryptionCommand({ Bucket: bucket(site) }));
      const [rule] = encryption.ServerSideEncryptionConfiguration?.Rules ?? [];
      keyOf[site] = rule?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID ?? "";
    }
  }, startTimeoutMs);

  const version = (subject: keyof Subjects, site: Site) => {
    const { key, versionId } = subjects[subject][site];
    return { Bucket: bucket(site), Key: key, VersionId: versionId };
  };
  const current = (subject: keyof Subjects, site: Site) => ({ Bucket: bucket(site), Key: subjects[subject][site].key });
  const client = (role: Role, site: Site) => instance().s3(role, site);
  const body = () => new Uint8Array(normal.media.bytes);
  const put = (role: Role, site: Site, where: "media" | "landing", Key: string) =>
    client(role, site).send(new PutObjectCommand({ Bucket: bucket(site, where), Key, Body: body() }));
  const lock = (role: Role, site: Site, Status: "ON" | "OFF") =>
    client(role, site).send(new PutObjectLegalHoldCommand({ ...version("spare", site), LegalHold: { Status } }));

  /** Each puts back, or leaves alone, what the next one needs; what really deletes acts on the spare recording. */
  const actions: Readonly<Record<string, (role: Role, site: Site) => Promise<unknown>>> = {
    "read normal": (role, site) => client(role, site).send(new GetObjectCommand(current("normal", site))),
    "read sensitive": (role, site) => client(role, site).send(new GetObjectCommand(version("sensitive", site))),
    "read quarantined": (role, site) => client(role, site).send(new GetObjectCommand(current("quarantined", site))),
    "read landing": (role, site) =>
      client(role, site).send(new GetObjectCommand({ Bucket: bucket(site, "landing"), Key: normal.media.key })),
    list: (role, site) => client(role, site).send(new ListObjectsV2Command({ Bucket: bucket(site) })),
    "put into store": (role, site) => put(role, site, "media", `recordings/normal/standard/plain/${role}/x-y.mp4`),
    "put below plain/": (role, site) => put(role, site, "landing", `plain/by-${role}/screen.mp4`),
    "put elsewhere": (role, site) => put(role, site, "landing", genesysRecording(1).media.key),
    "set a lock": (role, site) => lock(role, site, "ON"),
    "clear a lock": (role, site) => lock(role, site, "OFF"),
    "change tags": async (role, site) => {
      const { TagSet } = await admin(site).send(new GetObjectTaggingCommand(version("spare", site)));
      return client(role, site).send(new PutObjectTaggingCommand({ ...version("spare", site), Tagging: { TagSet } }));
    },
    "tag landed": (role, site) =>
      client(role, site).send(
        new PutObjectTaggingCommand({
          Bucket: bucket(site, "landing"),
          Key: "plain/never-complete/screen.mp4",
          VersionId: landed,
          Tagging: { TagSet: [{ Key: "note", Value: "seen" }] },
        }),
      ),
    "change lifecycle": async (role, site) => {
      const { Rules } = await admin(site).send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket(site) }));
      const same = { Bucket: bucket(site), LifecycleConfiguration: { Rules } };
      return client(role, site).send(new PutBucketLifecycleConfigurationCommand(same));
    },
    "change policy": async (role, site) => {
      const { Policy } = await admin(site).send(new GetBucketPolicyCommand({ Bucket: bucket(site) }));
      return client(role, site).send(new PutBucketPolicyCommand({ Bucket: bucket(site), Policy }));
    },
    "change versioning": (role, site) =>
      client(role, site).send(
        new PutBucketVersioningCommand({ Bucket: bucket(site), VersioningConfiguration: { Status: "Enabled" } }),
      ),
    delete: (role, site) => client(role, site).send(new DeleteObjectCommand(current("spare", site))),
    "delete version": (role, site) => client(role, site).send(new DeleteObjectCommand(version("spare", site))),
    "read without TLS": (role, site) =>
      instance()
        .plainS3(role, site)
        .send(new GetObjectCommand(current("normal", site))),
    "put without TLS": (role, site) =>
      instance()
        .plainS3(role, site)
        .send(new PutObjectCommand({ Bucket: bucket(site, "landing"), Key: "plain/x/screen.mp4", Body: body() })),
    "schedule key end": async (role, site) => {
      const KeyId = keyOf[site];
      await instance()
        .kms(role, site)
        .send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 30 }));
      await instance().kms("admin", site).send(new CancelKeyDeletionCommand({ KeyId }));
      await instance().kms("admin", site).send(new EnableKeyCommand({ KeyId }));
    },
  };

  it.each(rows.map((row) => [`${row.action}, ${row.site}`, row] as const))(
    "%s (promise 9)",
    async (_title, { action, site, expected }) => {
      const attempt = actions[action];
      if (!attempt) throw new Error(`no action "${action}"`);
      const seen: Record<string, string> = {};
      for (const role of roles) seen[role] = await outcome(() => attempt(role, site));
      expect(seen).toEqual(expected);
    },
  );

  it("nobody deletes a locked version, break-glass and the deployer included (promise 1)", async () => {
    for (const site of sites) {
      const target = version("sensitive", site);
      const set = (Status: "ON" | "OFF") =>
        client("breakGlass", site).send(new PutObjectLegalHoldCommand({ ...target, LegalHold: { Status } }));
      await set("ON");
      for (const role of ["deployer", "breakGlass"] as const) {
        const forced = new DeleteObjectCommand({ ...target, BypassGovernanceRetention: true });
        expect(await outcome(() => client(role, site).send(forced)), `${role} in ${site}`).toBe("-");
      }
      await set("OFF");
    }
  });

  it("what becomes sensitive later is closed to normal readers where it lies, in both sites (promise 9)", async () => {
    const bytes = screenCapture("sensitive later");
    await platforms.writeBoth(plainRecording("sensitive-later", { bytes }));
    const normalRows = await settled(instance(), "sensitive-later", "admitted", "dr");
    const read = (role: Role, { site, kind, key, versionId }: Row) => {
      const target = { Bucket: bucket(site, kind), Key: key, VersionId: versionId };
      return outcome(() => client(role, site).send(new GetObjectCommand(target)));
    };
    expect(normalRows).toHaveLength(4);
    for (const row of normalRows) expect([row.key, await read("reader", row)]).toEqual([row.key, "yes"]);

    const { metadata } = plainRecording("sensitive-later", { bytes, facts: { paymentCard: "yes" } });
    await platforms.write("plain", metadata);
    await eventually(
      "the new envelope in DR",
      () => rowsOf(instance(), "sensitive-later"),
      (rows) => rows.some(({ site, key }) => site === "dr" && key.startsWith("recordings/sensitive/")),
    );
    for (const row of normalRows) {
      expect(row.key).toMatch(/^recordings\/normal\//);
      const seen = { tags: (await stored(instance(), row)).tags.PCI, reader: await read("reader", row) };
      expect(seen, `${row.kind} in ${row.site}`).toEqual({ tags: "true", reader: "-" });
      expect(await read("sensitiveReader", row)).toBe("yes");
    }
  });

  it("a writer may name the right key or none, and no other encryption (promise 9)", async () => {
    const uploader = client("uploader", "primary");
    const write = (more: Partial<ConstructorParameters<typeof PutObjectCommand>[0]>) =>
      outcome(() =>
        uploader.send(
          new PutObjectCommand({ Bucket: bucket("primary", "landing"), Key: "plain/enc/a.mp4", Body: body(), ...more }),
        ),
      );
    expect({
      nothing: await write({}),
      rightKey: await write({ ServerSideEncryption: "aws:kms", SSEKMSKeyId: keyOf.primary }),
      otherKey: await write({
        ServerSideEncryption: "aws:kms",
        SSEKMSKeyId: keyOf.dr?.replace("us-west-2", "us-east-1"),
      }),
      accountsKey: await write({ ServerSideEncryption: "aws:kms" }),
      AES256: await write({ ServerSideEncryption: "AES256" }),
      tags: await write({ Tagging: "holdfast-admitted=true" }),
    }).toEqual({ nothing: "yes", rightKey: "yes", otherKey: "-", accountsKey: "-", AES256: "-", tags: "-" });
  });

  it("what admission wrote without naming a key has its site's key (promise 9)", async () => {
    const all = await rowsOf(instance(), normal.id);
    expect(all).toHaveLength(4);
    for (const row of all)
      expect((await stored(instance(), row)).key, `${row.kind} in ${row.site}`).toBe(keyOf[row.site]);
    expect(keyOf.primary).toMatch(/^arn:aws:kms:us-east-1:/);
    expect(keyOf.dr).toMatch(/^arn:aws:kms:us-west-2:/);
  });

  it("Genesys Cloud writes into the landing and does nothing else, and only with the organization's id (promise 9)", async () => {
    const { stack } = instance();
    const genesysAccount = { accessKeyId: "765628985471", secretAccessKey: "test" };
    const roleArn = `arn:aws:iam::${stack.accountId}:role/holdfast-embedded-genesys-${stack.accountId}`;
    expect(await outcome(() => assume(stack, genesysAccount, roleArn))).toBe("-");
    expect(await outcome(() => assume(stack, genesysAccount, roleArn, organization.replace("1", "2")))).toBe("-");
    const genesys = platforms.clients.genesys;
    const Bucket = bucket("primary", "landing");
    const { key: Key, bytes: Body } = genesysRecording(2).media;
    expect({
      put: await outcome(() => genesys.send(new PutObjectCommand({ Bucket, Key, Body }))),
      read: await outcome(() => genesys.send(new GetObjectCommand({ Bucket, Key }))),
      list: await outcome(() => genesys.send(new ListObjectsV2Command({ Bucket }))),
      delete: await outcome(() => genesys.send(new DeleteObjectCommand({ Bucket, Key }))),
      store: await outcome(() => genesys.send(new PutObjectCommand({ Bucket: bucket("primary"), Key, Body }))),
    }).toEqual({ put: "yes", read: "-", list: "-", delete: "-", store: "-" });
  });

  it("people cannot become the admission function or the replication role (promise 9)", async () => {
    const { stack } = instance();
    for (const name of ["admit", "replication"]) {
      const roleArn = `arn:aws:iam::${stack.accountId}:role/holdfast-embedded-${name}-${stack.accountId}`;
      for (const who of ["deployer", "breakGlass", "outsider"] as const)
        expect(await outcome(() => assume(stack, keysOf(stack, who), roleArn)), `${who} as ${name}`).toBe("-");
    }
  });

  it("unsigned requests and forged keys are refused (promise 9)", async () => {
    const { stack } = instance();
    const target = version("normal", "primary");
    const url = `${stack.endpoint}/${target.Bucket}/${target.Key}?versionId=${target.VersionId}`;
    expect((await fetch(url)).status).toBe(403);
    const forged = s3(stack, stack.regions.primary, { ...keysOf(stack, "reader"), secretAccessKey: "guessed" });
    await expect(forged.send(new GetObjectCommand(target))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });
}
