/** Rules on classification, hold rules, matches and resource tags. */
import { classificationTags } from "../../model/admission-rules.ts";
import type { Problem } from "../../model/errors.ts";
import { error, type Rule, type RuleContext, warning } from "./rule-context.ts";

interface WrittenMatch {
  readonly path: readonly PropertyKey[];
  readonly match: Readonly<Record<string, unknown>> & {
    readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  };
}

/** Every match in the config with its place. */
function writtenMatches({ draft }: RuleContext): WrittenMatch[] {
  const rules = (["classification", "holdRules"] as const).flatMap((list) =>
    (draft[list] ?? []).map((rule, index) => ({ path: [list, index, "match"], match: rule?.match })),
  );
  const classes = Object.entries(draft.retention ?? {}).map(([name, cls]) => ({
    path: ["retention", name, "match"],
    match: cls.match,
  }));
  return [...rules, ...classes].flatMap(({ path, match }) => (match === undefined ? [] : [{ path, match }]));
}

export const requiredInRules: Rule = ({ draft, sound }) => {
  const wanted = { classification: ["name", "match", "tags"], holdRules: ["name", "match"] } as const;
  return (["classification", "holdRules"] as const).flatMap((list) =>
    (draft[list] ?? []).flatMap((rule, index) =>
      wanted[list]
        .filter((key) => rule !== undefined && !(key in rule) && sound(list, index, key))
        .map((key) =>
          error("HF1001", {
            path: [list, index, key],
            reason: `a rule consists of ${wanted[list].join(", ")}`,
            fix: "Write the key.",
          }),
        ),
    ),
  );
};

export const matchesSaySomething: Rule = (context) =>
  writtenMatches(context)
    .filter(({ path, match }) => {
      const empty =
        Object.values(match).every((value) => value === undefined) ||
        Object.keys(match.metadata ?? { some: 1 }).length === 0;
      return empty && context.sound(...path);
    })
    .map(({ path }) =>
      error("HF1301", {
        path,
        value: {},
        reason: "an empty match asks for nothing; whether it means all or none is not for a guess to decide",
        fix: 'Name at least one field; key: "*" means every recording.',
      }),
    );

export const metadataPaths: Rule = (context) =>
  writtenMatches(context).flatMap(({ path, match }) =>
    Object.keys(match.metadata ?? {})
      .filter((field) => !/^[\w-]+(\.[\w-]+){0,9}$/.test(field))
      .map((field) =>
        error("HF1308", {
          path: [...path, "metadata", field],
          value: field,
          allowed: "names joined by dots, for example queue.name",
          reason: "this is not a path into the platform's JSON, so it could never match",
          fix: "Write letters, digits, _ and -, joined by single dots.",
        }),
      ),
  );

export const ruleNamesUnique: Rule = ({ draft }) =>
  (["classification", "holdRules"] as const).flatMap((list) => {
    const names = (draft[list] ?? []).map((rule) => rule?.name);
    return names.flatMap((name, index) =>
      name === undefined || names.indexOf(name) === index
        ? []
        : [
            error("HF1303", {
              path: [list, index, "name"],
              value: name,
              reason:
                list === "holdRules"
                  ? `both rules would hold for the matter policy/${name}, and nobody could tell which one did`
                  : "reports could not tell the two rules apart",
              fix: "Give each rule its own name.",
            }),
          ],
    );
  });

export const rulesGiveTags: Rule = ({ draft, sound }) =>
  (draft.classification ?? []).flatMap((rule, index) =>
    rule?.tags === undefined || Object.keys(rule.tags).length > 0 || !sound("classification", index, "tags")
      ? []
      : [
          error("HF1309", {
            path: ["classification", index, "tags"],
            value: {},
            allowed: classificationTags.join(", "),
            reason: "the rule gives no tag",
            fix: "Name at least one tag, or remove the rule.",
          }),
        ],
  );

/** A match on a tag that no rule gives is legal (a later rule may come), but today it never holds. */
export const matchedTagsAreGiven: Rule = ({ draft, settings, sound }) => {
  if (!sound("classification")) return [];
  const given = new Set(
    settings.admission.classification.flatMap(({ tags }) =>
      Object.entries(tags).map(([tag, value]) => `${tag}=${value}`),
    ),
  );
  const places = [
    ...Object.entries(draft.retention ?? {}).map(([name, cls]) => ({
      path: ["retention", name, "match"],
      match: cls.match,
    })),
    ...(draft.holdRules ?? []).map((rule, index) => ({ path: ["holdRules", index, "match"], match: rule?.match })),
  ];
  return places.flatMap(({ path, match }) =>
    classificationTags.flatMap((tag): Problem[] => {
      const value = match?.[tag];
      if (value === undefined || given.has(`${tag}=${value}`)) return [];
      return [
        warning("HF1216", {
          path: [...path, tag],
          value,
          reason: `no rule under holdfast:classification gives the tag ${tag} this value, so nothing matches`,
          fix: "Add a classification rule that gives it, or correct the value.",
        }),
      ];
    }),
  );
};

/** AWS allows 50 tags per resource (AWS General Reference, tagging limits); buckets get the most of the stack's own, four. */
const maximumResourceTags = 46;

export const resourceTags: Rule = ({ draft }) => {
  const names = Object.keys(draft.tags ?? {});
  const problems = names.flatMap((name): Problem[] => {
    const reserved = /^(aws|holdfast):/i.test(name);
    if (!reserved && /^[\p{L}\p{N}\s+\-=._:/@]{1,128}$/u.test(name)) return [];
    return [
      error("HF1305", {
        path: ["tags", name],
        value: name,
        allowed: "1 to 128 letters, digits, spaces and + - = . _ : / @, not beginning with aws: or holdfast:",
        reason: reserved ? "names with this beginning are reserved" : "AWS does not accept this as the name of a tag",
        fix: "Rename the tag.",
      }),
    ];
  });
  if (names.length > maximumResourceTags) {
    problems.push(
      error("HF1307", {
        path: ["tags"],
        value: names.length,
        allowed: `at most ${maximumResourceTags} tags`,
        reason: "AWS accepts 50 tags per resource, and the stack adds up to four of its own",
        fix: "Remove some tags.",
      }),
    );
  }
  return problems;
};
