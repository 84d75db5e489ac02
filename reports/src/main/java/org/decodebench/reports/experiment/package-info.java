/** Experiment files, their validation, the plan of runs. */
package org.decodebench.reports.experiment;
