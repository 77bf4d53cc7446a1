using System.Net;
using System.Net.Http.Headers;
using Dpu.Client.Contracts;
using Shouldly;
using Xunit;

namespace Dpu.Service.Tests.Http;

/// <summary>How browsers come in, what they show, and what other sites cannot make them do.</summary>
public sealed class SessionTests(PeopledDpu dpu) : IClassFixture<PeopledDpu>
{
    private const string Password = "correct horse battery staple";

    private string Own => dpu.Host.Address.GetLeftPart(UriPartial.Authority);

    [Fact]
    public async Task An_address_logs_in_one_browser_as_who_asked_for_it()
    {
        var path = (await dpu.ClientOf("mia").OpenPageAsync(CancellationToken.None)).Path;
        using var browser = new Browser(dpu.Host.Address);
        using var first = await browser.GetAsync(path);
        (first.StatusCode, first.Headers.Location!.OriginalString).ShouldBe((HttpStatusCode.SeeOther, "/"));
        (await browser.NameAsync()).ShouldBe("mia");
        (await browser.PageAsync("/")).ShouldContain("mia");

        using var another = new Browser(dpu.Host.Address);
        using var second = await another.GetAsync(path);
        second.StatusCode.ShouldBe(HttpStatusCode.Gone);
        (await another.NameAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task Scripts_cannot_read_the_cookie_and_other_sites_cannot_send_it_with_a_form()
    {
        using var browser = new Browser(dpu.Host.Address);
        using var answer = await browser.GetAsync((await dpu.ClientOf("operator").OpenPageAsync(CancellationToken.None)).Path);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        cookie.ShouldContain("; httponly");
        cookie.ShouldContain("; samesite=lax");
        cookie.ShouldContain("; path=/");
    }

    [Fact]
    public async Task The_owners_browser_is_an_operators()
    {
        using var browser = await OpenAsync("operator");
        using var answer = await browser.GetAsync("/api/v1/users");
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.Forbidden)]
    [InlineData("https://evil.example", null, HttpStatusCode.Forbidden)]
    [InlineData("null", null, HttpStatusCode.Forbidden)]
    [InlineData(null, "cross-site", HttpStatusCode.Forbidden)]
    [InlineData(null, "same-site", HttpStatusCode.Forbidden)]
    [InlineData(null, "same-origin", HttpStatusCode.OK)]
    [InlineData("own", null, HttpStatusCode.OK)]
    public async Task What_changes_something_must_come_from_a_page_of_ours(string? origin, string? site, HttpStatusCode expected)
    {
        using var browser = await OpenAsync("operator");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(dpu.Host.Address, "/api/v1/reload")) { Content = Answers.Json("{}") };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin == "own" ? Own : origin);
        }

        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        using var answer = await browser.SendAsync(request);
        answer.StatusCode.ShouldBe(expected);
    }

    [Fact]
    public async Task A_password_logs_in_and_logging_out_ends_it_for_good()
    {
        await dpu.ClientOf("operator").SetPasswordAsync("two", new PasswordRequest(Password, null), CancellationToken.None);
        using var browser = new Browser(dpu.Host.Address);
        using var wrong = await browser.PostAsync("/login", Own, ("user", "two"), ("password", "wrong"));
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await wrong.Content.ReadAsStringAsync()).ShouldContain("The name or the password is wrong.");
        using var right = await browser.PostAsync("/login", Own, ("user", "two"), ("password", Password), ("to", "/nodes"));
        (right.StatusCode, right.Headers.Location?.OriginalString).ShouldBe((HttpStatusCode.SeeOther, "/nodes"));
        (await browser.NameAsync()).ShouldBe("two");

        var stolen = browser.Cookie;
        using var gone = await browser.PostAsync("/logout", Own);
        gone.StatusCode.ShouldBe(HttpStatusCode.SeeOther);
        (await browser.NameAsync()).ShouldBeNull();
        using var thief = new Browser(dpu.Host.Address) { Cookie = stolen };
        using var refused = await thief.GetAsync("/api/v1/whoami");
        await refused.ProblemAsync(401, "session-over");
    }

    [Fact]
    public async Task A_form_that_logs_in_must_be_ours()
    {
        using var browser = new Browser(dpu.Host.Address);
        using var answer = await browser.PostAsync("/login", origin: null, ("user", "two"), ("password", Password));
        await answer.ProblemAsync(403, "wrong-origin");
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("https://evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/a\nb")]
    public async Task After_a_login_nobody_is_sent_elsewhere(string to)
    {
        await dpu.ClientOf("operator").SetPasswordAsync("one", new PasswordRequest(Password, null), CancellationToken.None);
        using var browser = new Browser(dpu.Host.Address);
        using var answer = await browser.PostAsync("/login", Own, ("user", "one"), ("password", Password), ("to", to));
        answer.Headers.Location!.OriginalString.ShouldBe("/");
    }

    [Fact]
    public async Task Whoever_shows_what_is_of_no_use_looks_at_pages_as_a_visitor()
    {
        var useless = $"dpu-session-{dpu.Host.Address.Port}=dpu-owner:0000";
        using var browser = new Browser(dpu.Host.Address) { Cookie = useless };
        using var page = await browser.GetAsync("/");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await page.Content.ReadAsStringAsync()).ShouldContain("Log in");
        page.Headers.GetValues("Set-Cookie").Single().ShouldContain("expires=Thu, 01 Jan 1970");
        using var script = new Browser(dpu.Host.Address) { Cookie = useless };
        using var api = await script.GetAsync("/api/v1/jobs");
        await api.ProblemAsync(401, "session-over");
    }

    [Fact]
    public async Task A_browser_is_no_node()
    {
        using var browser = await OpenAsync("operator");
        using var answer = await browser.GetAsync("/api/v1/link");
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Every_answer_tells_browsers_to_be_careful()
    {
        using var browser = new Browser(dpu.Host.Address);
        foreach (var address in new[] { "/", "/api/v1/health", "/api/v1/nothing", "/assets/x/dpu.css" })
        {
            using var answer = await browser.GetAsync(address);
            answer.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"], address);
            answer.Headers.GetValues("Content-Security-Policy").Single().ShouldContain("frame-ancestors 'none'", Case.Sensitive, address);
        }
    }

    private async Task<Browser> OpenAsync(string caller)
    {
        var browser = new Browser(dpu.Host.Address);
        using var answer = await browser.GetAsync((await dpu.ClientOf(caller).OpenPageAsync(CancellationToken.None)).Path);
        return browser;
    }

    /// <summary>Keeps one cookie, and follows nothing.</summary>
    private sealed class Browser(Uri address) : IDisposable
    {
        private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address };

        public string? Cookie { get; set; }

        public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(address, path)));

        public async Task<string> PageAsync(string path) => await (await GetAsync(path)).Content.ReadAsStringAsync();

        public Task<HttpResponseMessage> PostAsync(string path, string? origin, params (string Name, string Value)[] fields)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, path))
            {
                Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))),
            };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
            if (origin is not null)
            {
                request.Headers.Add("Origin", origin);
            }

            return SendAsync(request);
        }

        /// <summary>Who the API says it is; null for a visitor.</summary>
        public async Task<string?> NameAsync() => (await (await GetAsync("/api/v1/whoami")).JsonAsync()).GetProperty("name").GetString();

        public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
        {
            if (Cookie is not null)
            {
                request.Headers.Add("Cookie", Cookie);
            }

            var answer = await _client.SendAsync(request);
            if (answer.Headers.TryGetValues("Set-Cookie", out var set))
            {
                var cookie = set.Single().Split(';')[0];
                Cookie = cookie.EndsWith('=') ? null : cookie;
            }

            return answer;
        }

        public void Dispose() => _client.Dispose();
    }
}
