/** By which Windows knows the service. */
export const serviceName = 'ProblemChild';
