/** Medians, bootstrap intervals over forks, rank tests, effect sizes and their correction. */
package org.decodebench.reports.stats;
