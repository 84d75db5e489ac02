/** Other engines on the same model file, measured in turns with this one. */
package org.decodebench.reports.peer;
