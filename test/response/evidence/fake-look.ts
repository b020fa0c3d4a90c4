import type {
  EnvironmentLook,
  ModulesLook,
  ProcessLookPort,
  ProcessTarget,
} from '../../../src/response/index.ts';

/** Shows what it was given; counts who looked. */
export class FakeLook implements ProcessLookPort {
  readonly looked: string[] = [];
  environmentOf: () => Promise<EnvironmentLook>;
  modulesOf: () => Promise<ModulesLook>;

  constructor(entries: readonly string[] = [], modules: ModulesLook['modules'] = []) {
    this.environmentOf = async () => ({ code: 'PC_OK', cause: '', entries, isCut: false });
    this.modulesOf = async () => ({ code: 'PC_OK', cause: '', modules, found: modules.length });
  }

  environment({ pid, createdMs, toleranceMs }: ProcessTarget): Promise<EnvironmentLook> {
    this.looked.push(`environment ${pid}@${createdMs}±${toleranceMs}`);
    return this.environmentOf();
  }

  modules({ pid, createdMs, toleranceMs }: ProcessTarget): Promise<ModulesLook> {
    this.looked.push(`modules ${pid}@${createdMs}±${toleranceMs}`);
    return this.modulesOf();
  }
}
