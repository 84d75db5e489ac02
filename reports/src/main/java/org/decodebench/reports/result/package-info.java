/**
 * What a run leaves behind: records, traces, environment and summary, their files, and the one list
 * of figures with their definitions. Knows nothing of how a run is made or shown.
 */
package org.decodebench.reports.result;
