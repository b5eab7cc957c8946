//! LivePerson's methods, by GET and by POST.

use serde_json::{Value, json};
use utoipa::openapi::Required;
use utoipa::openapi::path::{HttpMethod, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};

use super::endpoint::Endpoint;
use super::parameters::{ID, account, comma_list, optional, required};
use super::schemas::{Members as _, Named, component, id, list, map, named, number, object, parsed, text, whole};
use crate::serve::liveperson::domains::{ALL, Domain, ONE, REPORTING};
use crate::serve::liveperson::{Method, example_leaf};

pub(super) const TAG: &str = "operations";

const METHODS: [(Method, &str, &str); 2] = [
    (Method::CsatDistribution, "Csat", "What customers answered, by score"),
    (Method::Conversation, "Conversation", "How conversations were resolved, and how long it took"),
];
const REQUEST: &str = "OperationsRequest";
const DOMAIN: &str = "Domain";
const DOMAINS: &str = "Domains";
const WHERE: &str =
    "LivePerson's clients ask this first. Whichever service it is, it is here; other parameters change nothing.";
const TIMEFRAME: &str = "The last so many minutes.";
const VERSION: &str = "The version of the API.";
const SKILLS: &str = "Skills, separated by commas; -1 for none, or `all` of those that were active.";
const AGENTS: &str = "Agents, likewise.";
const INTERVAL: &str = "The numbers of each so many minutes: a multiple of 5 that divides the timeframe.";

pub(super) fn endpoints() -> Vec<Endpoint> {
    let methods = METHODS
        .into_iter()
        .flat_map(|(method, schema, summary)| [by_get(method, schema, summary), by_post(method, schema, summary)]);
    methods.chain([domain(), all_domains()]).collect()
}

fn domain() -> Endpoint {
    let service = ParameterBuilder::new().name("service").parameter_in(ParameterIn::Path).required(Required::True);
    let service = service.schema(Some(text("").pattern(Some(ID)))).example(Some(json!(REPORTING))).build();
    let endpoint =
        Endpoint::get(ONE, "domain").says(TAG, "Which host has a service", WHERE).takes([account(), service]);
    endpoint.refuses(&[400, 403]).answers_json("The host, under the name by which it was asked.", DOMAIN, example())
}

fn all_domains() -> Endpoint {
    let endpoint = Endpoint::get(ALL, "domains").says(TAG, "Which hosts have which services", WHERE).takes([account()]);
    endpoint.refuses(&[400, 403]).answers_json("The services.", DOMAINS, json!({"baseURIs": [example()]}))
}

fn example() -> Value {
    json!(Domain { service: REPORTING, account: "acme", base_uri: "cxpulse.example.com" })
}

fn by_get(method: Method, schema: &str, summary: &str) -> Endpoint {
    described(HttpMethod::Get, method, schema, summary, method.name()).takes(parameters())
}

fn by_post(method: Method, schema: &str, summary: &str) -> Endpoint {
    let example = json!({"timeframe": 60, "v": 1, "skillIds": "4,7", "interval": "30"});
    let id = format!("{}_by_post", method.name());
    described(HttpMethod::Post, method, schema, summary, &id).takes_json(REQUEST, example)
}

fn described(by: HttpMethod, method: Method, schema: &str, summary: &str, id: &str) -> Endpoint {
    let about = "A parameter that is not known here changes nothing. An unknown account is a 401, as a wrong key is.";
    let path = format!("/operations/api/account/{{account}}/{}", method.name());
    let endpoint = Endpoint::new(by, path, id).says(TAG, summary, about).needs_key().takes([account()]);
    endpoint.refuses(&[400, 429]).answers_json("The numbers.", schema, json!({"metricsTotals": leaf(method)}))
}

fn parameters() -> Vec<Parameter> {
    let minutes = || whole("").minimum(Some(1)).maximum(Some(1_440));
    let id = || text("").pattern(Some(ID));
    vec![
        required("timeframe", TIMEFRAME, minutes()),
        required("v", VERSION, whole("").enum_values(Some([1]))),
        comma_list("skillIds", SKILLS, id(), None),
        comma_list("agentIds", AGENTS, id(), None),
        optional("interval", INTERVAL, minutes().minimum(Some(5)).multiple_of(Some(5))),
    ]
}

pub(super) fn schemas() -> Vec<Named> {
    let of_method = METHODS.into_iter().flat_map(|(method, name, summary)| of_method(method, name, summary));
    let domain = object("A service, and the host that has it.").has("service", text("")).has("account", id(""));
    let domain = domain.has("baseURI", text("A host, and perhaps a port."));
    let domains = object("All services.").has("baseURIs", list("Each.", named(DOMAIN)));
    of_method.chain([component(REQUEST, request()), component(DOMAIN, domain), component(DOMAINS, domains)]).collect()
}

fn request() -> ObjectBuilder {
    let either = |about: &str| {
        ObjectBuilder::new().schema_type(SchemaType::from_iter([Type::String, Type::Number])).description(Some(about))
    };
    let or_none = |about: &str| {
        let kinds = SchemaType::from_iter([Type::String, Type::Number, Type::Null]);
        ObjectBuilder::new().schema_type(kinds).description(Some(about))
    };
    ObjectBuilder::new()
        .description(Some(
            "The same parameters as by GET, as text or numbers; `null` is none, and others change nothing.",
        ))
        .has(
            "timeframe",
            either(TIMEFRAME)
                .pattern(Some("^0*([1-9][0-9]{0,2}|1[0-3][0-9]{2}|14[0-3][0-9]|1440)$"))
                .minimum(Some(1))
                .maximum(Some(1_440))
                .multiple_of(Some(1)),
        )
        .has("v", either(VERSION).enum_values(Some([json!(1), json!("1")])))
        .may_have("skillIds", or_none(SKILLS))
        .may_have("agentIds", or_none(AGENTS))
        .may_have("interval", or_none(INTERVAL))
}

/// The leaf of a method, and what it stands in.
fn of_method(method: Method, name: &str, summary: &str) -> [Named; 3] {
    let (leaf_name, blocks_name) = (format!("{name}Leaf"), format!("{name}Blocks"));
    let totals = || named(&leaf_name);
    let per_agent = || map("By agent.", totals());
    let agents =
        || object("Agents that were active.").has("metricsPerAgent", per_agent()).has("metricsTotals", totals());
    let skills = || {
        let per_skill = map("By skill.", agents());
        object("Skills that were active.").has("metricsPerSkill", per_skill).has("metricsTotals", totals())
    };
    let blocks = |about: &str| {
        // Under which name skills are is a setting.
        let blocks = object(about).may_have("skillsMetricsPerAgent", skills()).may_have("skillsMetrics", skills());
        blocks.may_have("agentsMetrics", agents()).may_have("metricsTotals", totals())
    };
    let interval = object("One interval.")
        .has("timestamp", whole("Its end, in milliseconds since 1970."))
        .has("metricsData", named(&blocks_name));
    let whole = blocks(summary).may_have("metricsByIntervals", list("The newest first.", interval));
    [
        component(&leaf_name, leaf_schema(method)),
        component(&blocks_name, blocks("The numbers of a time.")),
        component(name, whole),
    ]
}

/// As the method itself writes it: whole numbers are counts and times, the others quotients.
fn leaf_schema(method: Method) -> ObjectBuilder {
    let leaf = leaf(method);
    let members = leaf.as_object().into_iter().flatten();
    members.fold(object("The numbers, in milliseconds where they are times."), |schema, (name, value)| {
        schema.has(name, if value.is_u64() { whole("") } else { number("", 0.0, None) })
    })
}

fn leaf(method: Method) -> Value {
    parsed(example_leaf(method))
}
