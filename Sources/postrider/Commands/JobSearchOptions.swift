import ArgumentParser
import MailModel
import Operations

extension JobRecord.Place: ExpressibleByArgument {}

/// The options by which commands say which jobs they mean.
struct JobSearchOptions: ParsableArguments {
    @Option(help: "ready, delayed, parked, active or dead.") var state: JobRecord.Place?
    @Option(help: "Only jobs of this kind.") var kind: String?
    @Option(help: "Only this organization's.") var organization: OrganizationID?
    @Option(help: ArgumentHelp("Only those whose last error has this code.", valueName: "code")) var error: String?
    @Option(help: "Only those with this in their last error, or in their name while they aren't dead.") var text:
        String?

    func search(queue: String?) -> JobSearch {
        JobSearch(
            queue: queue, kind: kind, organization: organization, place: state, errorCode: error, text: text)
    }
}
