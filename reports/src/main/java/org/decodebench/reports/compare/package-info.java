/**
 * Regression verdicts between two sets of results, their forms for people and for CI, and the
 * history of results.
 */
package org.decodebench.reports.compare;
