/** Forks, interleaving, warm-up, recording, resume. */
package org.decodebench.reports.run;
