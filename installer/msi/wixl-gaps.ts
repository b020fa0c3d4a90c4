import { runTool } from '../run-tool.ts';

/** Bits of a custom action's type, as Windows Installer numbers them. */
const typeBits = {
  dll: 1,
  ignore: 0x40,
  rollback: 0x100,
  commit: 0x200,
  deferred: 0x400,
  system: 0x800,
  hidden: 0x2000,
};
const executeBits: Readonly<Record<string, number>> = {
  immediate: 0,
  deferred: typeBits.deferred | typeBits.system,
  rollback: typeBits.deferred | typeBits.rollback | typeBits.system,
  commit: typeBits.deferred | typeBits.commit | typeBits.system,
};

/**
 * The statements that bring a database that wixl made of `source` to what WiX would make of it: wixl knows
 * neither Secure and Hidden properties, nor expandable registry values, nor rollback and commit actions, nor conditions of components, nor
 * the Environment table. All of it is read from the source, so that both dialects say the same.
 */
export function statementsForGaps(source: string): string[] {
  const properties = elements(source, 'Property');
  const secure = properties.filter((each) => each['Secure'] === 'yes').map((each) => each['Id']!);
  const hidden = properties.filter((each) => each['Hidden'] === 'yes').map((each) => each['Id']!);
  const found = elements(source, 'UpgradeVersion').map((each) => each['Property']!);
  const condition = /<Component Id="OnPath"[\s\S]*?<Condition>(.*?)<\/Condition>/.exec(source)?.[1];
  const [path] = elements(source, 'Environment');
  if (condition === undefined || path === undefined || secure.length === 0) {
    throw new Error('problemchild.wxs has changed: see statementsForGaps');
  }
  return [
    `UPDATE \`Property\` SET \`Value\`='${[...found, ...secure].join(';')}' WHERE \`Property\`='SecureCustomProperties'`,
    `INSERT INTO \`Property\` (\`Property\`,\`Value\`) VALUES ('MsiHiddenProperties','${hidden.join(';')}')`,
    ...elements(source, 'CustomAction').map(typeStatement),
    ...elements(source, 'RegistryValue')
      .filter((each) => each['Type'] === 'expandable')
      .map(
        ({ Name: name, Value: value }) =>
          `UPDATE \`Registry\` SET \`Value\`='#%${value}' WHERE \`Name\`='${name}'`,
      ),
    `UPDATE \`Component\` SET \`Condition\`='${unescapeXml(condition)}' WHERE \`Component\`='OnPath'`,
    'CREATE TABLE `Environment` (`Environment` CHAR(72) NOT NULL, `Name` CHAR(255) NOT NULL LOCALIZABLE, `Value` CHAR(255) LOCALIZABLE, `Component_` CHAR(72) NOT NULL PRIMARY KEY `Environment`)',
    // "=" sets, "-" removes at uninstallation, "*" is the machine's; "[~];" keeps what is there.
    `INSERT INTO \`Environment\` (\`Environment\`,\`Name\`,\`Value\`,\`Component_\`) VALUES ('${path['Id']}','=-*${path['Name']}','[~];${path['Value']}','OnPath')`,
    ...['WriteEnvironmentStrings', 'RemoveEnvironmentStrings'].map(
      (action, index) =>
        `INSERT INTO \`InstallExecuteSequence\` (\`Action\`,\`Sequence\`) VALUES ('${action}',${[5200, 3300][index]})`,
    ),
  ];
}

function typeStatement(action: Readonly<Record<string, string>>): string {
  const execute = executeBits[action['Execute'] ?? ''];
  if (execute === undefined) throw new Error(`custom action ${action['Id']}: Execute is unknown`);
  const type =
    typeBits.dll |
    execute |
    (action['Return'] === 'ignore' ? typeBits.ignore : 0) |
    (action['HideTarget'] === 'yes' ? typeBits.hidden : 0);
  return `UPDATE \`CustomAction\` SET \`Type\`=${type} WHERE \`Action\`='${action['Id']}'`;
}

/** Attributes of each element of this name. */
function elements(source: string, name: string): Readonly<Record<string, string>>[] {
  return [...source.matchAll(new RegExp(`<${name}\\s([^>]*?)/?>`, 'g'))].map((match) =>
    Object.fromEntries([...match[1]!.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value])),
  );
}

function unescapeXml(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

/** Fills the gaps of the package at `msi`. */
export function fillGaps(msi: string, source: string): void {
  runTool('msibuild', [msi, ...statementsForGaps(source).flatMap((statement) => ['-q', statement])]);
}
