import { families, familyNames } from './lexicon.ts';
import { pathClasses, pathClassTexts } from './path-class.ts';
import { classTexts, programClasses } from './programs.ts';
import { relationColumns } from './relations.ts';

/** A column of the dense part and what it says when it speaks for or against an event. */
export interface Column {
  readonly name: string;
  readonly text: string;
}

const shapeColumns = [
  ['child.name_length', 'the length of the program name'],
  ['child.name_entropy', 'how random the program name looks'],
  ['child.name_digits', 'digits in the program name'],
  ['child.name_odd_pairs', 'letters that do not belong together in the program name'],
  ['child.imitates', 'a name that imitates a system program'],
  ['child.double_extension', 'a double file extension'],
  ['child.odd_extension', 'a file extension programs do not have'],
  ['child.name_non_ascii', 'letters outside ASCII in the program name'],
  ['child.renamed', 'a renamed system program'],
  ['child.misplaced', "a system program's name outside the system folders"],
  ['child.known', 'a program of no known purpose, or of one'],
  ['child.no_original_name', 'no original file name recorded'],
  ['line.missing', 'no command line recorded'],
  ['line.length', 'the length of the command line'],
  ['line.no_arguments', 'no arguments'],
  ['line.words', 'the number of words'],
  ['line.carets', 'carets'],
  ['line.quotes', 'quotes'],
  ['line.backticks', 'backticks'],
  ['line.variables', 'environment variables'],
  ['line.partial_variables', 'words built from parts of environment variables'],
  ['line.wide', 'letters outside ASCII'],
  ['line.joins', 'strings put together from pieces'],
  ['line.urls', 'a URL'],
  ['line.public_addresses', 'a public IP address'],
  ['line.base64', 'a base64 payload'],
  ['line.decoded', 'an encoded command that reads as text'],
  ['line.executables', 'other programs named'],
  ['line.case_switches', 'mixed upper and lower case'],
  ['line.signs', 'the share of signs among the letters'],
  ['line.pipes', 'pipes and chained commands'],
  ['line.redirects', 'redirected output'],
  ['line.starts_with_path', 'a command line that begins with the full path'],
  ['line.families', 'the number of kinds of suspicious words'],
  ['parent.missing', 'no parent recorded'],
  ['parent.line_missing', 'no command line of the parent recorded'],
  ['parent.line_length', "the length of the parent's command line"],
  ['parent.name_entropy', "how random the parent's name looks"],
  ['parent.name_odd_pairs', "letters that do not belong together in the parent's name"],
  ['parent.imitates', 'a parent whose name imitates a system program'],
  ['parent.misplaced', "a parent with a system program's name outside the system folders"],
  ['parent.base64', "a base64 payload in the parent's command line"],
  ['parent.urls', "a URL in the parent's command line"],
  ['parent.families', "the number of kinds of suspicious words in the parent's command line"],
  ['parent.same_program', 'a program that starts itself'],
  ['parent.same_folder', 'a parent from the same kind of folder'],
  ['user.system', 'the account SYSTEM or a computer account'],
  ['user.service', 'a service account'],
  ['user.person', "a person's account"],
  ['token.low', 'low integrity'],
  ['token.medium', 'medium integrity'],
  ['token.high', 'high integrity'],
  ['token.system', 'system integrity'],
  ['line.longest_word', 'a very long word'],
  ['line.odd_words', 'words that look generated'],
] as const;

/** The dense part, in the order of the columns. */
export const denseColumns: readonly Column[] = [
  ...shapeColumns.map(([name, text]) => ({ name, text })),
  ...relationColumns.map(([name, text]) => ({ name, text })),
  ...familyNames.map((name) => ({ name: `line.family.${name}`, text: families[name].text })),
  ...familyNames.map((name) => ({
    name: `parent.family.${name}`,
    text: `${families[name].text} in the parent's command line`,
  })),
  ...programClasses.map((name) => ({ name: `child.class.${name}`, text: classTexts[name] })),
  ...programClasses.map((name) => ({ name: `parent.class.${name}`, text: `started by ${classTexts[name]}` })),
  ...pathClasses.map((name) => ({ name: `child.folder.${name}`, text: `run from ${pathClassTexts[name]}` })),
  ...pathClasses.map((name) => ({
    name: `parent.folder.${name}`,
    text: `a parent run from ${pathClassTexts[name]}`,
  })),
];
