/**
 * What the machine's limits allow (Williams et al. 2009): how near the engine comes to them, and
 * what they say of other machines and loads.
 */
package org.decodebench.reports.roofline;
