/** A real S3 client whose wire is a function: requests are serialised and answers parsed as in production. */
import { S3Client } from "@aws-sdk/client-s3";

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
  /** XML of the requests that carry some. */
  readonly body?: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `answer` is called once per attempt; a thrown error is a broken connection. */
export function fakeS3(answer: (request: WireRequest) => WireAnswer | Promise<WireAnswer>): S3Client {
  return new S3Client({
    region: "us-east-1",
    forcePathStyle: true,
    maxAttempts: 1,
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "not-a-secret" },
    requestHandler: {
      handle: async (request: WireRequest) => {
        const { status, headers = {}, body = "" } = await answer(request);
        return { response: { statusCode: status, headers, body: Buffer.from(body) } };
      },
    } as never,
  });
}

export const s3Error = (status: number, code: string): WireAnswer => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>message of ${code}</Message></Error>`,
});
