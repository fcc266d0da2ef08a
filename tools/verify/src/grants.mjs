// Objects and grants of a statement on a document. docs/spec/workflow.md, "Grants".

import { objectClasses } from "./bodies.mjs";
import { insist, roles } from "./directory.mjs";
import { isCoordinatorOf } from "./document.mjs";

const mostParts = 200;
const grantsTexts = ["assign", "approve", "deliver", "share"];

const ofClass = (objects, objectClass) =>
  objects.filter((object) => object.objectClass === objectClass);

/** The manifest that the statement brings, or undefined. */
export const manifestOf = (statement) => ofClass(statement.objects, objectClasses.manifest)[0];

/** How many objects of the class the statement brings. */
export const countOf = (statement, objectClass) => ofClass(statement.objects, objectClass).length;

/** Demands that no object was brought to this document before. */
export function insistOnNewObjects(document, { objects }) {
  insist(!objects.some(({ object }) => document.objects.has(object)), "MALFORMED");
}

/** Demands that the statement grants only what it brings, or the texts there are if it may. */
export function insistOnGrantedObjects(document, { name, objects, grants }) {
  const brought = new Set(objects.map(({ object }) => object));
  const mayGrant = ({ object }) =>
    brought.has(object) || (grantsTexts.includes(name) && document.texts.has(object));
  insist(grants.every(mayGrant), "MALFORMED");
}

/**
 * Demands that the statement brings one manifest with its parts if `bringsText`, and besides only
 * objects of class `extra`, `most` of them.
 */
export function insistOnObjects(statement, { bringsText, extra = 0, most = 0 }) {
  const manifests = countOf(statement, objectClasses.manifest);
  const parts = countOf(statement, objectClasses.part);
  const extras = extra === 0 ? 0 : countOf(statement, extra);
  const isText = bringsText
    ? manifests === 1 && parts >= 1 && parts <= mostParts
    : manifests === 0 && parts === 0;
  insist(isText && extras <= most, "MALFORMED");
  insist(manifests + parts + extras === statement.objects.length, "MALFORMED");
}

/** Whether `object` is granted to a valid certificate that can receive and satisfies `test`. */
export function hasUsableGrant(directory, statement, object, test) {
  return statement.grants.some((grant) => {
    if (grant.object !== object) return false;
    const certificate = directory.valid(grant.certificate);
    return (
      certificate !== null &&
      certificate.member === grant.grantee &&
      certificate.recipient.type === grant.type &&
      test(certificate)
    );
  });
}

const holds = (member, role) => (certificate) =>
  certificate.member === member && (certificate.roles & role) !== 0;

const to = (test) => (directory, statement, object) =>
  hasUsableGrant(directory, statement, object, test);

/** Makers of questions "is `object` usably granted", to be asked of a directory and statement. */
export const toCoordinatorOf = (desk) => to((certificate) => isCoordinatorOf(certificate, desk));
export const toTranslator = (member) => to(holds(member, roles.translator));
export const toReviewer = (member) => to(holds(member, roles.reviewer));
export const toAttorney = (member) => to(holds(member, roles.attorney));
