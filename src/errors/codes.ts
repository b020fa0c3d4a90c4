import type { ErrorEntry } from './error-entry.ts';
import { inputCodes } from './input-codes.ts';
import { nativeCodes } from './native-codes.ts';

/**
 * The one table of error codes. docs/errors.md is generated from it.
 * Codes are PC_<ROOM>_<WHAT>; a code, once released, keeps its meaning.
 */
export const errorTable = {
  PC_INTERNAL: {
    cause: 'The agent met a state that its code holds impossible.',
    remedy: 'Report it with the message and the stack in the log.',
  },
  PC_AGENT_STALLED: {
    cause: 'A stage of the live agent made no progress although there was work for it.',
    remedy:
      'The service starts again by itself and goes on where it stopped. If it comes back, report it with the log; agent.stalledAfterMs sets the time.',
  },
  PC_AGENT_UNTRUSTED: {
    cause:
      'A file or folder that decides what the agent does may be changed by others than its own account or an administrator.',
    remedy:
      'Take the rights away, or move the files to a folder of administrators; the installer makes one. A service does not start before.',
  },
  PC_SELFTEST_START: {
    cause: 'The harmless process of a self-test could not be started.',
    remedy: 'See whether something keeps the agent from starting its own node, such as application control.',
  },
  PC_SELFTEST_NO_CAPTURE: {
    cause: 'The running agent captures nothing itself that a self-test could follow.',
    remedy: 'Test the capture with an agent on Windows whose source.input is auto, etw, eventlog or both.',
  },
  PC_USAGE: {
    cause: 'A command was called with arguments it does not take.',
    remedy: 'Run the command with --help and correct the arguments.',
  },
  PC_STOPPED: {
    cause: 'The command was stopped (Ctrl-C) before everything was read.',
    remedy: 'Run it again and let it end.',
  },
  PC_OUTPUT_UNWRITABLE: {
    cause: 'Results could not be written to where they lead, such as a file on a full disk.',
    remedy: 'Make room or write elsewhere, and run the command again: its output is cut short.',
  },
  ...inputCodes,
  PC_EXCEPTION_INVALID: {
    cause:
      'A file of exceptions cannot be read, is not YAML, holds an entry that is not one, or names a set that is not there.',
    remedy:
      'Correct what the message names; a file must be there and not be locked by another program. While the agent runs, the last good entries stay in force.',
  },
  PC_IOC_INVALID: {
    cause: 'A list of indicators cannot be read, or is no text, CSV, MISP event or STIX 2 bundle.',
    remedy:
      'Correct the file that the message names; it must be there and not be locked by another program. While the agent runs, the last good lists stay in force.',
  },
  PC_RULE_INVALID: {
    cause: 'A rule file cannot be read, is not YAML, or not a rule.',
    remedy: 'Correct the key that the message names, or remove the file; the shipped rules need none.',
  },
  PC_BASELINE_INVALID: {
    cause: 'A baseline file is not one, is of another version, or holds what no baseline may.',
    remedy: 'Build or export the baseline again with this version of the agent.',
  },
  PC_BASELINE_EMPTY: {
    cause: 'A baseline was asked for of a state file that has learnt nothing.',
    remedy: 'Let the agent run with this state file first, or build a baseline from recordings.',
  },
  PC_BASELINE_UNWRITABLE: {
    cause: 'A baseline file could not be written.',
    remedy: 'Check that the folder exists and is writable, and that the disk has room.',
  },
  PC_BASELINE_KEY: {
    cause:
      "Users of baselines, or a baseline and the configuration, were hashed with different organisation's keys.",
    remedy: "Use the same organisation's key everywhere, or build the baseline without users.",
  },
  PC_EVIDENCE_FOLDER: {
    cause: 'The folder of the evidence, or a bundle in it, could not be read or changed.',
    remedy:
      'Run the command as administrator (elsewhere: as the account of the agent), and check response.evidence.folder.',
  },
  PC_EVIDENCE_DAMAGED: {
    cause: 'A bundle of evidence is not what its manifest says: a file is missing, changed, or too many.',
    remedy:
      'Do not rely on it. The copy stays for you to look at; find out who could write to response.evidence.folder.',
  },
  PC_STORE_OPEN: {
    cause: 'The state file could not be opened as a SQLite database.',
    remedy:
      'Check that the folder exists, is writable, that the file is a state file of this agent, and that no other agent holds it for itself, as one does that was started on a full disk.',
  },
  PC_STORE_FULL: {
    cause: 'The disk takes no more of the state file or the response journal, as a full one does not.',
    remedy:
      'Free some megabytes on that disk and start again. Nothing is acted on without its journal; a live agent opens a file that is up to date on a full disk too.',
  },
  PC_STORE_NEWER: {
    cause: 'The state file was written by a newer version of the agent.',
    remedy: 'Install that version again, or move the state file aside to begin a new one.',
  },
  PC_RECORD_UNWRITABLE: {
    cause: 'A recording or its manifest could not be written.',
    remedy: 'Name a file that is not there yet, in a folder that is writable, on a disk with room.',
  },
  PC_CONFIG_EMPTY: {
    cause: 'The configuration file was emptied under the running agent, which has settings from it.',
    remedy: 'Write the settings into it; to go back to the defaults, start the agent again.',
  },
  PC_CONFIG_INVALID: {
    cause: 'The configuration holds several errors; each is listed with its place.',
    remedy: 'Correct the listed keys, then run `problemchild config check`.',
  },
  PC_CONFIG_INVALID_VALUE: {
    cause: 'A setting holds a value of the wrong type or outside its range.',
    remedy: 'Give what the message says was expected; docs/configuration.md lists every setting.',
  },
  PC_CONFIG_SYNTAX: {
    cause:
      'The configuration file is not sound YAML: bad syntax, a key given twice, a tag, or too many aliases.',
    remedy: 'Correct the line that the message names.',
  },
  PC_CONFIG_TOO_LARGE: {
    cause: 'The configuration file is larger than any real one.',
    remedy: 'Check that the right file was named.',
  },
  PC_CONFIG_UNKNOWN_KEY: {
    cause: 'The configuration holds a key that no setting has.',
    remedy: 'Correct its spelling or remove it; docs/configuration.md lists every setting.',
  },
  PC_CONFIG_UNKNOWN_VARIABLE: {
    cause: 'An environment variable begins with PC_ but belongs to no setting.',
    remedy: 'Correct its spelling or unset it; docs/configuration.md lists every variable.',
  },
  PC_CONFIG_UNREADABLE: {
    cause: 'The configuration file cannot be read.',
    remedy: 'Check its path, its permissions, and that it is a regular file in UTF-8.',
  },
  PC_CONFIG_UNSAFE: {
    cause: 'The configuration file can be changed by users other than its owner.',
    remedy: 'Take write access from them (chmod go-w FILE) and check the contents before using it.',
  },
  PC_INSTALL_REQUEST: {
    cause: 'A step of the installation was called by something else than the installer.',
    remedy: 'Leave `problemchild install` to the installer; `msiexec /fa` repairs an installation.',
  },
  PC_INSTALL_PROPERTY: {
    cause:
      'The properties that the installer was given contradict each other, or one has an impossible value.',
    remedy: 'Correct the property that the message names; docs/install.md has them all.',
  },
  PC_INSTALL_FILE: {
    cause: 'A file that the installation reads or writes could not be read or written.',
    remedy:
      'Check that SYSTEM may read the file that the message names: the installer runs as SYSTEM, and network shares see the computer account.',
  },
  PC_INSTALL_RELEASE: {
    cause: 'Something that the agent holds of this host could not be let go before the uninstallation.',
    remedy: 'Do by hand what the message names and uninstall again; FORCEREMOVE=1 uninstalls all the same.',
  },
  PC_LOG_UNWRITABLE: {
    cause: 'The log file cannot be opened for writing.',
    remedy: 'Check log.file, its folder and its permissions; it must be a regular file and no symbolic link.',
  },
  PC_MODEL_UNREADABLE: {
    cause: 'A file of the model bundle cannot be read.',
    remedy: 'Check that the folder holds bundle.json and model.onnx and that this user may read them.',
  },
  PC_MODEL_INVALID: {
    cause: 'bundle.json is no sound description of a model; the message names the key.',
    remedy: 'Take the bundle again from where it was made; do not edit it by hand.',
  },
  PC_MODEL_VERSION: {
    cause: 'The bundle was made for another version of the bundle format or of its feature set.',
    remedy: 'Use a bundle made with this version of the agent, or the agent that the bundle was made for.',
  },
  PC_MODEL_FEATURE_SET: {
    cause: 'The bundle names a feature set that this agent does not have.',
    remedy: 'Use a bundle over one of the feature sets the message lists.',
  },
  PC_MODEL_INPUTS: {
    cause: 'The bundle lists inputs that its feature set and encoders do not make.',
    remedy: 'Take the bundle again from where it was made, or import the model again.',
  },
  PC_MODEL_HASH: {
    cause: 'model.onnx is not the file that bundle.json describes: its SHA-256 differs.',
    remedy: 'Take the whole bundle again from a source you trust; do not use this one.',
  },
  PC_MODEL_SHAPE: {
    cause: 'The network in model.onnx takes or gives something else than bundle.json says.',
    remedy: 'Take the whole bundle again from where it was made.',
  },
  PC_MODEL_RUNTIME: {
    cause: 'ONNX Runtime refused to load or run the model.',
    remedy: 'Read its message; if the bundle is sound, report it with the version of the bundle.',
  },
  PC_MODEL_OUTPUT: {
    cause: 'The model gave something that is no probability for an event.',
    remedy: 'Do not trust this bundle; report it with the event named.',
  },
  PC_MODEL_EXPLANATION: {
    cause: 'A model bundle has nothing to explain its scores with, or it does not match the bundle.',
    remedy:
      'Use a bundle of feature set agent-v1 as it was shipped; scores and alerts work without explanations.',
  },
  PC_MODEL_IMPORT: {
    cause: 'The file is no Elastic trained model of a kind that can be imported; the message says why.',
    remedy:
      'Export it with GET _ml/trained_models/<id>?include=definition&decompress_definition=false and import that answer unchanged.',
  },
  PC_FORWARD_SECRET: {
    cause: 'A secret of a destination cannot be had from where the configuration says it is.',
    remedy:
      'Set the variable, or create the file and make it readable by the agent only; DPAPI works on Windows only.',
  },
  PC_FORWARD_TLS: {
    cause: 'A certificate or key file of a destination cannot be used.',
    remedy: 'Name a readable file in PEM form; convert DER or PFX files with openssl first.',
  },
  PC_FORWARD_CONFIG: {
    cause: 'A destination cannot be opened as it is configured.',
    remedy: 'Correct what the message names; docs/siem.md shows each kind of destination.',
  },
  PC_FORWARD_SETUP: {
    cause: 'A cluster did not take what `siem elastic setup` installs, or did not answer.',
    remedy:
      'Read what it said; the user needs manage_index_templates, manage_ilm and, for Kibana, saved-object rights.',
  },
  PC_HUNT_SEARCH: {
    cause: 'A cluster refused or did not answer a search of `hunt`.',
    remedy: 'Read what it said; the user needs read on the indices, and create on the one for scores.',
  },
  PC_HUNT_CHECKPOINT: {
    cause: 'The checkpoint of a hunt cannot be read or written, or belongs to another hunt.',
    remedy: 'Name another checkpoint file, or delete this one to begin anew.',
  },
  PC_CONTROL_UNREACHABLE: {
    cause: 'No agent answers on the control channel.',
    remedy: 'Start it, or name its state file, control.socket or control.pipe as its own configuration does.',
  },
  PC_CONTROL_FOREIGN: {
    cause: 'The name of the control channel is taken by a program that is no agent of this machine.',
    remedy:
      'Find the program that holds the pipe (control.pipe is its name) and end it; a running agent takes the name within a minute.',
  },
  PC_CONTROL_SILENT: {
    cause: 'An agent runs, but did not answer on the control channel in time. It may be armed.',
    remedy:
      'Ask again; if it stays silent, set the kill switch (response.killSwitchFile) to keep it from acting, and restart it.',
  },
  PC_CONTROL_DENIED: {
    cause: 'The control channel, or one command on it, is not open to this account.',
    remedy:
      'Run the command as administrator (elsewhere: as the account of the agent), or ask for control.readGroup.',
  },
  PC_CONTROL_REFUSED: {
    cause: 'The running agent did not carry a command out.',
    remedy: 'Read what it said; the log of the agent has the same message.',
  },
  PC_CONTROL_PROTOCOL: {
    cause: 'What came over the control channel is not its protocol, or another version of it.',
    remedy: 'Use the command line and the agent of one release.',
  },
  PC_CONTROL_BUSY: {
    cause: 'As many clients as allowed are on the control channel already.',
    remedy: 'Try again in a moment; control.maxClients sets how many there may be.',
  },
  PC_CONTROL_OPEN: {
    cause: 'The control channel could not be opened safely.',
    remedy:
      'Do what the message asks, such as taking the write access of others from the folder of the socket.',
  },
  PC_ISOLATION_TOO_LARGE: {
    cause: 'The addresses that stay reachable make more filters than the agent sets.',
    remedy: 'Write networks instead of single addresses into response.isolation.allow.',
  },
  ...nativeCodes,
} as const satisfies Record<`PC_${string}`, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;
