using System.Globalization;
using Dpu.Service.Http;
using Microsoft.AspNetCore.Builder;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>
/// A second user cannot see, log, cancel or download the first one's private job through any door: every route there is, tried by everybody there can be. A route that is not
/// in the table fails the test: whoever adds one says here what comes of it.
/// </summary>
[Collection(SharedPeople.Name)]
public sealed class DoorTests(PeopledDpu dpu)
{
    /// <summary>
    /// A route, what is tried, and what is answered to a visitor, another user, a member of the project, the owner (jolien; ewout of what is the project's) and an operator. A dash is not tried.
    /// <c>{P}</c> stands for jolien's private job and <c>{P.id}</c> for what it made, <c>{K}</c> for the project's, <c>{R.id}</c> for the raw frame.
    /// </summary>
    private const string Table = """
        GET  /link                               GET  /link                                                 401 403 403 403 403
        GET  /openapi.json                       GET  /openapi.json                                         200 200 200 200 200
        GET  /health                             GET  /health                                               200 200 200 200 200
        GET  /nodes                              GET  /nodes                                                200 200 200 200 200
        GET  /nodes/{name}                       GET  /nodes/nobody                                         404 404 404 404 404
        GET  /nodes/{name}/tasks                 GET  /nodes/nobody/tasks                                   200 200 200 200 200
        GET  /statistics                         GET  /statistics                                           200 200 200 200 200
        GET  /history/jobs                       GET  /history/jobs                                         200 200 200 200 200
        GET  /history/jobs                       GET  /history/jobs?user=jolien&unfinished=true               200 200 200 200 200
        GET  /stats                              GET  /stats                                                200 200 200 200 200
        GET  /sequences                          GET  /sequences                                            200 200 200 200 200
        GET  /sequences/{sequence}/options       GET  /sequences/Copy/options                               200 200 200 200 200
        GET  /sequences/{sequence}/options       GET  /sequences/Copy/options?code=0                        403 422 422 422 422
        GET  /sequences/{sequence}/history       GET  /sequences/Copy/history                               200 200 200 200 200
        GET  /campaigns                          GET  /campaigns                                            200 200 200 200 200
        GET  /campaigns/{name}/units             GET  /campaigns/open/units                                 200 200 200 200 200
        GET  /campaigns/{name}/units             GET  /campaigns/xyzzy/units                                404 404 404 200 200
        GET  /node/package/{sha256}              GET  /node/package/0                                       404 404 404 404 404
        GET  /package                            GET  /package                                              401 403 403 403 -
        GET  /scaling                            GET  /scaling                                              401 403 403 403 200
        POST /scaling                            POST /scaling {"nodes":-1}                                 401 403 403 403 422
        POST /jobs                               POST /jobs {"sequence":"Copy","arguments":["-i","WFI"],"dryRun":true}      401 200 200 200 200
        POST /jobs                               POST /jobs {"sequence":"Copy","arguments":["-i","WFI"],"dryRun":true,"after":[{P}]}   401 422 422 200 200
        POST /jobs                               POST /jobs {"sequence":"Copy","arguments":["-i","WFI"],"dryRun":true,"after":[{K}]}   401 200 200 200 200
        POST /jobs                               POST /jobs {"sequence":"Copy","arguments":["-i","WFI"],"dryRun":true,"project":"KIDS"}   401 403 200 200 200
        POST /jobs                               POST /jobs {"sequence":"Again","arguments":["-w","xyzzy"],"dryRun":true,"project":"common","privileges":"mydb"}   401 422 422 200 422
        POST /exec                               POST /exec {"command":["true"],"dryRun":true}              401 200 200 200 200
        POST /jobs/{id:int}/cancel               POST /jobs/{P}/cancel {"force":true}                         401 404 404 409 409
        POST /jobs/{id:int}/cancel               POST /jobs/{K}/cancel {"force":true}                         401 403 403 409 409
        POST /jobs/{id:int}/hold                 POST /jobs/{P}/hold {}                                       401 404 404 409 409
        POST /jobs/{id:int}/hold                 POST /jobs/{K}/hold {}                                       401 403 403 409 409
        POST /jobs/{id:int}/release              POST /jobs/{P}/release {}                                    401 404 404 409 409
        POST /jobs/{id:int}/release              POST /jobs/{K}/release {}                                    401 403 403 409 409
        POST /jobs/{id:int}/priority             POST /jobs/{P}/priority {"priority":5}                       401 404 404 409 409
        POST /jobs/{id:int}/priority             POST /jobs/{K}/priority {"priority":5}                       401 403 403 409 409
        POST /jobs/{id:int}/retry                POST /jobs/{P}/retry {"dryRun":true}                         401 404 404 422 422
        POST /jobs/{id:int}/retry                POST /jobs/{K}/retry {"dryRun":true}                         401 403 403 422 422
        POST /jobs/{id:int}/context              POST /jobs/{P}/context {"privileges":"mydb"}                 401 404 404 200 200
        POST /jobs/{id:int}/context              POST /jobs/{K}/context {"privileges":"project"}              401 403 403 200 200
        POST /jobs/{id:int}/rerun                POST /jobs/{P}/rerun {"dryRun":true}                         401 404 404 200 200
        POST /jobs/{id:int}/rerun                POST /jobs/{K}/rerun {"dryRun":true}                         401 403 200 200 200
        GET  /jobs                               GET  /jobs?all=true                                        200 200 200 200 200
        GET  /jobs                               GET  /jobs?id={P}&id={K}                                       200 200 200 200 200
        GET  /jobs                               GET  /jobs?user=jolien                                       200 200 200 200 200
        GET  /jobs                               GET  /jobs?all=true&status=FINISHED                        200 200 200 200 200
        GET  /jobs/{id:int}                      GET  /jobs/{P}                                               404 404 404 200 200
        GET  /jobs/{id:int}                      GET  /jobs/{P}?tasks=true                                    404 404 404 200 200
        GET  /jobs/{id:int}                      GET  /jobs/{K}                                               200 200 200 200 200
        GET  /jobs/{id:int}                      GET  /jobs/{K}?tasks=true                                    401 403 200 200 200
        GET  /jobs/{id:int}/events               GET  /jobs/{P}/events                                        404 404 404 200 200
        GET  /jobs/{id:int}/events               GET  /jobs/{K}/events                                        200 200 200 200 200
        GET  /jobs/events                        GET  /jobs/events?all=true                                   - - - - -
        GET  /jobs/{id:int}/explain              GET  /jobs/{P}/explain                                       404 404 404 200 200
        GET  /jobs/{id:int}/explain              GET  /jobs/{K}/explain                                       401 403 200 200 200
        GET  /jobs/{id:int}/tasks                GET  /jobs/{P}/tasks                                         404 404 404 200 200
        GET  /jobs/{id:int}/tasks                GET  /jobs/{K}/tasks?limit=1                                 401 403 200 200 200
        GET  /jobs/{id:int}/results              GET  /jobs/{P}/results                                       404 404 404 200 200
        GET  /jobs/{id:int}/results              GET  /jobs/{K}/results                                       401 403 200 200 200
        GET  /jobs/{id:int}/logs                 GET  /jobs/{P}/logs                                          404 404 404 200 200
        GET  /jobs/{id:int}/logs                 GET  /jobs/{P}/logs?follow=true                              404 404 404 200 200
        GET  /jobs/{id:int}/logs                 GET  /jobs/{P}/logs?task=7                                   404 404 404 422 422
        GET  /jobs/{id:int}/logs                 GET  /jobs/{K}/logs                                          401 403 200 200 200
        GET  /jobs/{id:int}/logs/part            GET  /jobs/{P}/logs/part                                     404 404 404 200 200
        GET  /jobs/{id:int}/logs/part            GET  /jobs/{P}/logs/part?text=xyzzy                          404 404 404 200 200
        GET  /jobs/{id:int}/logs/part            GET  /jobs/{K}/logs/part                                     401 403 200 200 200
        GET  /jobs/{id:int}/graph                GET  /jobs/{P}/graph                                         404 404 404 200 200
        GET  /jobs/{id:int}/graph                GET  /jobs/{K}/graph                                         401 403 200 200 200
        GET  /jobs/{id:int}/timeline             GET  /jobs/{P}/timeline                                      404 404 404 200 200
        GET  /jobs/{id:int}/timeline             GET  /jobs/{K}/timeline                                      401 403 200 200 200
        GET  /jobs/{id:int}/command              GET  /jobs/{P}/command                                       404 404 404 200 200
        GET  /jobs/{id:int}/command              GET  /jobs/{K}/command                                       401 403 200 200 200
        GET  /jobs/{id:int}/lines                GET  /jobs/{P}/lines                                         404 404 404 404 404
        GET  /jobs/{id:int}/lines                GET  /jobs/{K}/lines                                         401 403 404 404 404
        GET  /jobs/{id:int}/tasks/{task:int}     GET  /jobs/{P}/tasks/0                                       404 404 404 200 200
        GET  /jobs/{id:int}/tasks/{task:int}     GET  /jobs/{P}/tasks/9                                       404 404 404 404 404
        GET  /jobs/{id:int}/tasks/{task:int}     GET  /jobs/{K}/tasks/0                                       401 403 200 200 200
        POST /ingest                             POST /ingest {"paths":[]}                                  401 403 403 403 200
        GET  /code/{sha256}                      GET  /code/0                                               401 404 404 404 404
        HEAD /code/{sha256}                      HEAD /code/0                                               401 404 404 404 404
        POST /settings                           POST /settings {}                                          401 200 200 200 200
        PUT  /code/{sha256}                      PUT  /code/0                                               401 422 422 422 422
        GET  /node/attempts/{job:int}/{task:int}/{number:int}/code    GET /node/attempts/{P}/0/1/code       401 403 403 403 403
        GET  /files                              GET  /files                                                200 200 200 200 200
        GET  /files                              GET  /files?q=type%3Dcopied                                200 200 200 200 200
        GET  /files                              GET  /files?q=job%3D{P}                                      200 200 200 200 200
        GET  /files/{id}                         GET  /files/{P.id}                                         404 404 404 200 200
        GET  /files/{id}                         GET  /files/{P.path}                                       404 404 404 200 200
        GET  /files/{id}                         GET  /files/{K.id}                                         404 404 200 200 200
        GET  /files/{id}                         GET  /files/{R.id}                                         404 200 200 200 200
        GET|HEAD /files/{id}/content             HEAD /files/{P.id}/content                                 404 404 404 200 200
        GET|HEAD /files/{id}/content             GET  /files/{P.id}/content?format=png                      404 404 404 200 200
        GET|HEAD /files/{id}/content                 GET  /files/{P.id}/content                                 404 404 404 200 200
        GET|HEAD /files/{id}/content                 GET  /files/{P.path}/content                               404 404 404 200 200
        GET|HEAD /files/{id}/content                 GET  /files/{P.name}/content                               404 404 404 200 200
        GET|HEAD /files/{id}/content                 GET  /files/{P.absolute}/content                           404 404 404 404 404
        GET|HEAD /files/{id}/content                 GET  /files/{K.id}/content                                 404 404 200 200 200
        GET|HEAD /files/{id}/content                 GET  /files/{K.path}/content                               404 404 200 200 200
        GET|HEAD /files/{id}/content                 GET  /files/{R.id}/content                                 404 200 200 200 200
        GET  /files/{id}/provenance              GET  /files/{P.id}/provenance                              404 404 404 200 200
        GET  /files/{id}/provenance              GET  /files/{P.name}/provenance?direction=down             404 404 404 200 200
        GET  /files/{id}/provenance              GET  /files/{K.id}/provenance                              404 404 200 200 200
        GET  /files/{id}/provenance              GET  /files/{R.id}/provenance?direction=down               404 200 200 200 200
        POST /nodes/{name}/drain                 POST /nodes/nobody/drain {}                                401 403 403 403 404
        POST /nodes/{name}/resume                POST /nodes/nobody/resume {}                               401 403 403 403 404
        POST /nodes/{name}/lost                  POST /nodes/nobody/lost {}                                 401 403 403 403 404
        POST /reload                             POST /reload {}                                            401 403 403 403 200
        POST /keys                               POST /keys {"for":"nothing"}                               401 422 422 422 422
        GET  /keys                               GET  /keys                                                 401 200 200 200 200
        DELETE /keys/{id}                        DELETE /keys/nothing                                       401 403 403 403 404
        POST /login                              POST /login {}                                             400 400 400 400 400
        GET  /whoami                             GET  /whoami                                               200 200 200 200 200
        POST /sessions                           POST /sessions {}                                          401 201 201 201 201
        POST /logout                             POST /logout {}                                            401 - - - -
        GET  /users                              GET  /users                                                401 403 403 403 200
        POST /users                              POST /users {}                                             401 403 403 403 400
        GET  /users/{name}                       GET  /users/nobody                                         401 403 403 403 404
        POST /users/{name}/set                   POST /users/nobody/set {}                                  401 403 403 403 404
        POST /users/{name}/disable               POST /users/nobody/disable {}                              401 403 403 403 404
        POST /users/{name}/enable                POST /users/nobody/enable {}                               401 403 403 403 404
        POST /users/{name}/password              POST /users/nobody/password {"password":"a-long-password"} 401 403 403 403 404
        GET  /notify                             GET  /notify                                               401 200 200 200 200
        POST /notify                             POST /notify {"when":"never-heard-of"}                     401 422 422 422 422
        POST /notify/test                        POST /notify/test {"way":"mail"}                           401 422 422 422 422
        GET  /audit                              GET  /audit                                                401 200 200 200 200
        POST /node/join                          POST /node/join {}                                         401 403 403 403 403
        GET|HEAD /node/attempts/{job:int}/{task:int}/{number:int}/inputs/{file}     GET  /node/attempts/{P}/0/1/inputs/{R.id}    401 403 403 403 403
        HEAD /node/attempts/{job:int}/{task:int}/{number:int}/outputs/{**path}      HEAD /node/attempts/{P}/0/1/outputs/x       401 403 403 403 403
        PUT  /node/attempts/{job:int}/{task:int}/{number:int}/outputs/{**path}      PUT  /node/attempts/{P}/0/1/outputs/x       401 403 403 403 403
        """;

    private static readonly IReadOnlyList<Try> Tries = [.. Table.Split('\n').Select(Try.Parse)];

    public static TheoryData<string> All() => new(Tries.Select(one => one.ToString()));

    [Fact]
    public void Every_route_is_in_the_table()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        Endpoints.Map(app, null!);
        var routes = RequestGuardTests.Routes(app).Where(route => route.RoutePattern.RawText != "/api/{*path}").Select(route => RequestGuardTests.Describe(route).Replace(" /api/v1", " ", StringComparison.Ordinal));
        Tries.Select(one => one.Route).Distinct().ShouldBe(routes.Distinct(), ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Each_is_answered_as_the_table_says(string name)
    {
        var tried = Tries.Single(one => one.ToString() == name);
        for (var index = 0; index < PeopledDpu.Callers.Length; index++)
        {
            if (tried.Expected[index] is not { } expected)
            {
                continue;
            }

            // Of what is the project's ewout is the owner.
            var caller = index == 3 && tried.Names('K') && !tried.Names('P') ? "ewout" : PeopledDpu.Callers[index];
            var answer = await SendAsync(caller, tried, PrivateNames);
            answer.Status.ShouldBe(expected, $"{caller}: {answer.Body}");
            if (caller is "visitor" or "zoe" or "mia")
            {
                Tells(answer, tried).ShouldBeFalse($"{caller} is told of what is private: {answer.Body}");
            }

            if (expected is 404 or 422 && caller is not ("jolien" or "operator") && tried.Names('P'))
            {
                // In every byte what is not there at all, number and names apart.
                var nothing = await SendAsync(caller, tried, NoNames);
                (nothing with { Body = WithoutNames(nothing.Body, NoNames) }).ShouldBe(answer with { Body = WithoutNames(answer.Body, PrivateNames) });
            }
        }
    }

    /// <summary>Nothing may hold the word that all of it holds, its user's name or its number, save what was in the question.</summary>
    private bool Tells(Answer answer, Try tried)
    {
        var asked = Fill(tried.Address + tried.Body, PrivateNames);
        var words = new[] { PeopledDpu.Secret, "jolien", dpu.PrivateFile.Id, $"\"jobId\":{Text(dpu.PrivateJob)}," };
        return words.Any(word => answer.Body.Contains(word, StringComparison.Ordinal) && !asked.Contains(word, StringComparison.Ordinal));
    }

    private async Task<Answer> SendAsync(string caller, Try tried, Func<string, string> names)
    {
        using var request = new HttpRequestMessage(new HttpMethod(tried.Method), dpu.At(Fill(tried.Address, names)));
        if (tried.Body.Length > 0 || tried.Method is "POST" or "PUT")
        {
            request.Content = Answers.Json(Fill(tried.Body, names));
        }

        using var answer = await dpu.As(caller).SendAsync(request);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(header => header.Key != "Date").OrderBy(header => header.Key, StringComparer.Ordinal);
        return new Answer(
            (int)answer.StatusCode,
            string.Join('\n', headers.Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")),
            await answer.Content.ReadAsStringAsync());
    }

    private string Fill(string text, Func<string, string> names)
    {
        foreach (var name in new[] { "{P.id}", "{P.path}", "{P.name}", "{P.absolute}" })
        {
            text = text.Replace(name, Uri.EscapeDataString(names(name)), StringComparison.Ordinal);
        }

        return text
            .Replace("{K.id}", Uri.EscapeDataString(dpu.ProjectFile.Id), StringComparison.Ordinal)
            .Replace("{K.path}", Uri.EscapeDataString(InStore(dpu.ProjectFile.Path)), StringComparison.Ordinal)
            .Replace("{R.id}", dpu.RawId, StringComparison.Ordinal)
            .Replace("{P}", names("{P}"), StringComparison.Ordinal)
            .Replace("{K}", Text(dpu.ProjectJob), StringComparison.Ordinal);
    }

    private string PrivateNames(string name) => name switch
    {
        "{P.id}" => dpu.PrivateFile.Id,
        "{P.path}" => InStore(dpu.PrivateFile.Path),
        "{P.name}" => dpu.PrivateFile.Name,
        "{P.absolute}" => dpu.PrivateFile.Path,
        _ => Text(dpu.PrivateJob),
    };

    /// <summary>As long, and nobody's.</summary>
    private string NoNames(string name) => Renamed(PrivateNames(name));

    private string Renamed(string text) => text
        .Replace(PeopledDpu.Secret, "plugh", StringComparison.Ordinal)
        .Replace(Text(dpu.PrivateJob), new string('9', Text(dpu.PrivateJob).Length), StringComparison.Ordinal);

    private static string WithoutNames(string body, Func<string, string> names) => new[] { "{P.absolute}", "{P.path}", "{P.id}", "{P.name}" }
        .Aggregate(body, (text, name) => text.Replace(names(name), name, StringComparison.Ordinal))
        .Replace($"job {names("{P}")}", "job {P}", StringComparison.Ordinal);

    private string InStore(string path) => Path.GetRelativePath(Path.Combine(dpu.Host.DataDirectory, "store"), path);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Answer(int Status, string Headers, string Body);

    /// <summary>A line of the table.</summary>
    private sealed record Try(string Route, string Method, string Address, string Body, IReadOnlyList<int?> Expected)
    {
        public bool Names(char what) => Names($"{{{what}}}") || Names($"{{{what}.");

        public static Try Parse(string line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var expected = words[^5..].Select(word => word == "-" ? (int?)null : int.Parse(word, CultureInfo.InvariantCulture)).ToArray();
            return new Try($"{words[0]} {words[1]}", words[2], words[3], words.Length > 9 ? words[4] : "", expected);
        }

        private bool Names(string what) => (Address + Body).Contains(what, StringComparison.Ordinal);

        public override string ToString() => $"{Method} {Address} {Body}";
    }
}
