/** The harness: experiments, runs, statistics, reports, the command line. */
package org.decodebench.reports;
