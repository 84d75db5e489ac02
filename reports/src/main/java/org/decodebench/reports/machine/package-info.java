/** What this machine can do at most: measured in a JVM of its own, kept for the next time. */
package org.decodebench.reports.machine;
