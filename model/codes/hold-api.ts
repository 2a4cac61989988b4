/** Troubleshooting paragraphs of hold api codes. */
export const holdApiCodes = {} as const satisfies Readonly<Record<string, unknown>>;
