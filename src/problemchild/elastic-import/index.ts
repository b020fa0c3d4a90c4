export {
  type ImportedModel,
  type ImportOptions,
  type ImportReport,
  importElasticModel,
} from './import-elastic-model.ts';
