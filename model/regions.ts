/**
 * The regions that stack config may name, with the jurisdiction whose law reaches data stored there.
 *
 * AWS regions and partitions: botocore endpoints.json. Azure names are listed only so that one given to AWS is
 * recognised as what it is.
 */

/** The partition is part of every ARN; nothing replicates from one partition to another. */
export type Partition = "aws" | "aws-cn" | "aws-us-gov";

/** A country, or the European Union, whose data protection law is one. */
export type Jurisdiction =
  | "Australia"
  | "Bahrain"
  | "Brazil"
  | "Canada"
  | "China"
  | "European Union"
  | "Hong Kong"
  | "India"
  | "Indonesia"
  | "Israel"
  | "Japan"
  | "Malaysia"
  | "Mexico"
  | "New Zealand"
  | "Singapore"
  | "South Africa"
  | "South Korea"
  | "Switzerland"
  | "Taiwan"
  | "Thailand"
  | "United Arab Emirates"
  | "United Kingdom"
  | "United States";

export interface AwsRegion {
  readonly place: string;
  readonly jurisdiction: Jurisdiction;
  readonly partition: Partition;
}

const region = (place: string, jurisdiction: Jurisdiction, partition: Partition = "aws"): AwsRegion => ({
  place,
  jurisdiction,
  partition,
});

export const awsRegions: ReadonlyMap<string, AwsRegion> = new Map([
  ["af-south-1", region("Cape Town", "South Africa")],
  ["ap-east-1", region("Hong Kong", "Hong Kong")],
  ["ap-east-2", region("Taipei", "Taiwan")],
  ["ap-northeast-1", region("Tokyo", "Japan")],
  ["ap-northeast-2", region("Seoul", "South Korea")],
  ["ap-northeast-3", region("Osaka", "Japan")],
  ["ap-south-1", region("Mumbai", "India")],
  ["ap-south-2", region("Hyderabad", "India")],
  ["ap-southeast-1", region("Singapore", "Singapore")],
  ["ap-southeast-2", region("Sydney", "Australia")],
  ["ap-southeast-3", region("Jakarta", "Indonesia")],
  ["ap-southeast-4", region("Melbourne", "Australia")],
  ["ap-southeast-5", region("Malaysia", "Malaysia")],
  ["ap-southeast-6", region("New Zealand", "New Zealand")],
  ["ap-southeast-7", region("Thailand", "Thailand")],
  ["ca-central-1", region("Montreal", "Canada")],
  ["ca-west-1", region("Calgary", "Canada")],
  ["eu-central-1", region("Frankfurt", "European Union")],
  ["eu-central-2", region("Zurich", "Switzerland")],
  ["eu-north-1", region("Stockholm", "European Union")],
  ["eu-south-1", region("Milan", "European Union")],
  ["eu-south-2", region("Spain", "European Union")],
  ["eu-west-1", region("Ireland", "European Union")],
  ["eu-west-2", region("London", "United Kingdom")],
  ["eu-west-3", region("Paris", "European Union")],
  ["il-central-1", region("Tel Aviv", "Israel")],
  ["me-central-1", region("United Arab Emirates", "United Arab Emirates")],
  ["me-south-1", region("Bahrain", "Bahrain")],
  ["mx-central-1", region("Mexico", "Mexico")],
  ["sa-east-1", region("São Paulo", "Brazil")],
  ["us-east-1", region("N. Virginia", "United States")],
  ["us-east-2", region("Ohio", "United States")],
  ["us-west-1", region("N. California", "United States")],
  ["us-west-2", region("Oregon", "United States")],
  ["cn-north-1", region("Beijing", "China", "aws-cn")],
  ["cn-northwest-1", region("Ningxia", "China", "aws-cn")],
  ["us-gov-east-1", region("GovCloud US-East", "United States", "aws-us-gov")],
  ["us-gov-west-1", region("GovCloud US-West", "United States", "aws-us-gov")],
]);

const azureRegions: ReadonlySet<string> = new Set(
  `australiacentral australiacentral2 australiaeast australiasoutheast austriaeast belgiumcentral brazilsouth
  brazilsoutheast canadacentral canadaeast centralindia centralus chilecentral chinaeast chinaeast2 chinaeast3
  chinanorth chinanorth2 chinanorth3 denmarkeast eastasia eastus eastus2 eastus3 francecentral francesouth
  germanynorth germanywestcentral indonesiacentral israelcentral italynorth japaneast japanwest jioindiacentral
  jioindiawest koreacentral koreasouth malaysiawest mexicocentral newzealandnorth northcentralus northeurope
  norwayeast norwaywest polandcentral qatarcentral southafricanorth southafricawest southcentralus southeastasia
  southindia spaincentral swedencentral swedensouth switzerlandnorth switzerlandwest taiwannorth uaecentral uaenorth
  uksouth ukwest usgovarizona usgovtexas usgovvirginia usdodcentral usdodeast westcentralus westeurope westindia
  westus westus2 westus3`.split(/\s+/),
);

/** True for the name of an Azure region in either spelling: `westeurope` or `West Europe`. */
export function isAzureRegion(name: string): boolean {
  return azureRegions.has(name.toLowerCase().replaceAll(/[\s-]/g, ""));
}
