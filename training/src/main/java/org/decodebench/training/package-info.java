/** Trains small models of all three paradigms on equal budgets. */
package org.decodebench.training;
