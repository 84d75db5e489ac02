/** What every decoder shares; each package is one room of it. */
package org.decodebench.core;
